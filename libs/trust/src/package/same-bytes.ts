/** Whether two pieces of content are equal: word by word where they lie so, and not constant in time (nothing secret). */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? a.length >> 2 : 0;
  if (words > 0) {
    const left = new Int32Array(a.buffer, a.byteOffset, words);
    const right = new Int32Array(b.buffer, b.byteOffset, words);
    for (let i = 0; i < words; i += 1) if (left[i] !== right[i]) return false;
  }
  for (let i = words * 4; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
