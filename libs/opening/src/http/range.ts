/** Half-open `[start, end)`. */
export interface ServedRange {
  readonly start: number;
  readonly end: number;
}

/**
 * One byte range of RFC 9110 section 14.2: `bytes=a-b`, `bytes=a-` or `bytes=-n`. Anything else, several ranges too, is
 * ignored and the whole is served, as the RFC allows.
 */
export function parseRange(header: string | undefined): (length: number) => ServedRange {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  return (length) => {
    const whole = { start: 0, end: length };
    if (first === '' && last === '') return whole;
    if (first === '') return { start: Math.max(0, length - Number(last)), end: length };
    const start = Number(first);
    const end = last === '' ? length : Math.min(length, Number(last) + 1);
    return start < end ? { start, end } : whole;
  };
}
