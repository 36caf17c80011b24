/** Seed to order: Fisher-Yates by rejection sampling. Lazy, so that drawing 7 of 100,000 costs 7 steps. */
import { concat, uint, utf8 } from '../encoding/bytes.ts';
import { hkdfExpand } from '../encoding/hash.ts';

const WORD = 2 ** 32;
const INFO = utf8.encode('draw');

/** Uniform integers below a bound, from blocks HKDF-Expand(seed, "draw" ‖ u8(stratum) ‖ u32(counter), 32). */
export class DrawStream {
  #counter = 0;
  #block: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;

  /**
   * @param seed 32 bytes
   * @param stratum index in the plan, from 0
   */
  constructor(
    private readonly seed: Uint8Array,
    private readonly stratum: number,
  ) {}

  /** In [0, bound), 1 <= bound <= 2^32. A word at or above the largest multiple of `bound` is thrown away. */
  below(bound: number): number {
    const limit = WORD - (WORD % bound);
    for (;;) {
      const word = this.#word();
      if (word < limit) return word % bound;
    }
  }

  /** The next 4 bytes of the stream, big-endian. */
  #word(): number {
    if (this.#at === this.#block.byteLength) {
      const info = concat(INFO, uint(this.stratum, 1), uint(this.#counter++, 4));
      this.#block = new DataView(hkdfExpand(this.seed, info, 32).buffer);
      this.#at = 0;
    }
    this.#at += 4;
    return this.#block.getUint32(this.#at - 4);
  }
}

/**
 * 0…size−1 in drawn order (Durstenfeld, CACM 1964, from the front): position i takes one of the `size − i` that are
 * left. Who takes more positions later gets the same first ones: refusals and recusals only go on.
 */
export function* permutation(size: number, stream: Pick<DrawStream, 'below'>): Generator<number> {
  const moved = new Map<number, number>();
  for (let i = 0; i < size; i++) {
    const j = i + stream.below(size - i);
    yield moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
  }
}
