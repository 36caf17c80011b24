import { instant, type Instant } from '#kernel';
import { DerError, TAG, type Der } from './der.ts';
import { ascii } from './distinguished-name.ts';

/** Time of a certificate or CRL in its one form: UTCTime 1950 to 2049, GeneralizedTime otherwise, seconds and `Z`. */
export function readTime(element: Der): Instant {
  const text = ascii(element.content);
  if (element.tag === TAG.UTC_TIME) {
    const match = /^(\d{2})(\d{10})Z$/.exec(text);
    if (!match) throw new DerError('UTCTime form');
    const [, year = '', rest = ''] = match;
    return toInstant(`${Number(year) >= 50 ? '19' : '20'}${year}${rest}`, '');
  }
  if (element.tag !== TAG.GENERALIZED_TIME || !/^\d{14}Z$/.test(text)) throw new DerError('time form');
  const year = Number(text.slice(0, 4));
  if (year >= 1950 && year < 2050) throw new DerError('time must be UTCTime before 2050');
  return toInstant(text.slice(0, 14), '');
}

/** GeneralizedTime of an OCSP response (RFC 6960 section 4.2.2.1): whole seconds and `Z`. */
export function readWholeSeconds(element: Der): Instant {
  const text = element.tag === TAG.GENERALIZED_TIME ? ascii(element.content) : '';
  if (!/^\d{14}Z$/.test(text)) throw new DerError('GeneralizedTime form');
  return toInstant(text.slice(0, 14), '');
}

/** GeneralizedTime of a timestamp token (RFC 3161 section 2.4.2): optional fraction without trailing zeros, at most ms. */
export function readTimestampTime(element: Der): Instant {
  if (element.tag !== TAG.GENERALIZED_TIME) throw new DerError('not a GeneralizedTime');
  const match = /^(\d{14})(?:\.(\d{0,2}[1-9]))?Z$/.exec(ascii(element.content));
  if (!match) throw new DerError('GeneralizedTime form');
  return toInstant(match[1] ?? '', match[2] ?? '');
}

function toInstant(digits: string, fraction: string): Instant {
  const part = (from: number, to: number) => digits.slice(from, to);
  const text =
    `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}T${part(8, 10)}:${part(10, 12)}:${part(12, 14)}` +
    `.${fraction.padEnd(3, '0')}Z`;
  const ms = Date.parse(text);
  // Date.parse accepts 24:00:00 and rolls nothing else over; printing it again catches both.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) throw new DerError('no such time');
  return instant(ms);
}
