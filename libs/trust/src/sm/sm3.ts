/** SM3 (GB/T 32905-2016; ISO/IEC 10118-3:2018), in the shape that @noble's HMAC, HKDF and hash-to-curve take. */
import { HashMD } from '@noble/hashes/_md.js';
import { createHasher, rotl } from '@noble/hashes/utils.js';

const IV = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
] as const;

/** T_j <<< j of each round (GB/T 32905 sections 4.2 and 5.3.3). */
const T = Int32Array.from({ length: 64 }, (_, j) => rotl(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));
/** Words of the message schedule, used again for every block: JavaScript runs one block at a time. */
const W = new Int32Array(68);

const p0 = (x: number): number => x ^ rotl(x, 9) ^ rotl(x, 17);
const p1 = (x: number): number => x ^ rotl(x, 15) ^ rotl(x, 23);

function schedule(view: DataView, offset: number): void {
  for (let j = 0; j < 16; j++) W[j] = view.getInt32(offset + 4 * j);
  for (let j = 16; j < 68; j++) {
    const mixed = p1((W[j - 16] as number) ^ (W[j - 9] as number) ^ rotl(W[j - 3] as number, 15));
    W[j] = mixed ^ rotl(W[j - 13] as number, 7) ^ (W[j - 6] as number);
  }
}

class Sm3 extends HashMD<Sm3> {
  private state: number[] = [...IV];

  constructor() {
    super(64, 32, 8, false);
  }

  protected get(): number[] {
    return this.state;
  }

  protected set(...state: number[]): void {
    this.state = state;
  }

  override _cloneInto(to = new Sm3()): Sm3 {
    to.set(...this.state);
    return this._cloneIntoMeta(to);
  }

  protected process(view: DataView, offset: number): void {
    schedule(view, offset);
    const v = this.state as [number, number, number, number, number, number, number, number];
    let [a, b, c, d, e, f, g, h] = v;
    for (let j = 0; j < 64; j++) {
      const a12 = rotl(a, 12);
      const ss1 = rotl((a12 + e + (T[j] as number)) | 0, 7);
      const early = j < 16;
      const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = early ? e ^ f ^ g : (e & f) | (~e & g);
      const w = W[j] as number;
      const tt1 = (ff + d + (ss1 ^ a12) + (w ^ (W[j + 4] as number))) | 0;
      const tt2 = (gg + h + ss1 + w) | 0;
      d = c;
      c = rotl(b, 9);
      b = a;
      a = tt1;
      h = g;
      g = rotl(f, 19);
      f = e;
      e = p0(tt2);
    }
    this.set(a ^ v[0], b ^ v[1], c ^ v[2], d ^ v[3], e ^ v[4], f ^ v[5], g ^ v[6], h ^ v[7]);
  }

  protected roundClean(): void {
    W.fill(0);
  }

  destroy(): void {
    this.destroyed = true;
    this.set(...IV.map(() => 0));
    this.buffer.fill(0);
  }
}

/** 32 bytes; `sm3.create()` hashes piece by piece. */
export const sm3 = createHasher(() => new Sm3());
