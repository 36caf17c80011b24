/**
 * Payload sizes: a payload is padded to the next {4,5,6,7}·2^j·16 KiB, so that the length of a ciphertext says
 * little about what is inside, at a cost of at most a quarter (PROTOCOL section 5.3).
 */
const UNIT = 16 * 1024;

/** The smallest allowed size that holds `n` bytes; never below 64 KiB. */
export function paddedLength(n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError('a length is a whole number');
  for (let scale = UNIT; ; scale *= 2) {
    for (const steps of [4, 5, 6, 7]) {
      if (steps * scale >= n) return steps * scale;
    }
  }
}
