/** SM4-GCM (RFC 8998; NIST SP 800-38D) with 16-byte keys, 12-byte nonces and 16-byte tags, and no other forms. */
import { equalBytes } from '../encoding/bytes.ts';
import { expandSm4Key, sm4Block } from './sm4.ts';

const BLOCK = 16;
/** x^128 = x^7 + x^2 + x + 1, in GCM's reflected order of bits. */
const REDUCTION = 0xe1000000;

/**
 * Products of the hash key H with every byte, times x^0…x^7 (Shoup's method with 8 bits a step), four words each;
 * and what one byte that falls off the end of a product adds again.
 */
class HashKey {
  readonly table = new Int32Array(256 * 4);
  private static readonly falling = HashKey.fallingBytes();

  constructor(h: Int32Array) {
    let [a, b, c, d] = [...h] as [number, number, number, number];
    for (let bit = 128; bit > 0; bit >>= 1) {
      this.table.set([a, b, c, d], bit * 4);
      const carry = d & 1;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ (carry ? REDUCTION : 0);
    }
    for (let high = 2; high < 256; high <<= 1)
      for (let low = 1; low < high; low++)
        for (let w = 0; w < 4; w++)
          this.table[(high | low) * 4 + w] =
            (this.table[high * 4 + w] as number) ^ (this.table[low * 4 + w] as number);
  }

  private static fallingBytes(): Int32Array {
    return Int32Array.from({ length: 256 }, (_, byte) => {
      let value = byte;
      for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? REDUCTION : 0);
      return value;
    });
  }

  /** y = y·H in GF(2^128). */
  multiply(y: Int32Array): void {
    const { table } = this;
    const { falling } = HashKey;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let word = 3; word >= 0; word--) {
      const bits = y[word] as number;
      for (let shift = 0; shift < 32; shift += 8) {
        const back = falling[d & 0xff] as number;
        const at = ((bits >>> shift) & 0xff) * 4;
        d = ((d >>> 8) | (c << 24)) ^ (table[at + 3] as number);
        c = ((c >>> 8) | (b << 24)) ^ (table[at + 2] as number);
        b = ((b >>> 8) | (a << 24)) ^ (table[at + 1] as number);
        a = (a >>> 8) ^ back ^ (table[at] as number);
      }
    }
    y[0] = a;
    y[1] = b;
    y[2] = c;
    y[3] = d;
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One key's cipher: key schedule and tables are made once. */
export class Sm4Gcm {
  private readonly keys: Int32Array;
  private readonly hashKey: HashKey;

  /** @param key 16 bytes. */
  constructor(key: Uint8Array) {
    this.keys = expandSm4Key(key);
    const h = new Int32Array(4);
    sm4Block(this.keys, h);
    this.hashKey = new HashKey(h);
  }

  /** Ciphertext ‖ tag. A nonce serves once a key. */
  seal(nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array = new Uint8Array(0)): Uint8Array {
    const sealed = new Uint8Array(plain.length + BLOCK);
    this.sealInto(nonce, plain, sealed, associated);
    return sealed;
  }

  /** As {@link seal}, to where the caller wants it: `sealed` has 16 bytes more than `plain`. */
  sealInto(
    nonce: Uint8Array,
    plain: Uint8Array,
    sealed: Uint8Array,
    associated: Uint8Array = new Uint8Array(0),
  ): void {
    const text = sealed.subarray(0, plain.length);
    this.counter(nonce, plain, text);
    sealed.set(this.tag(nonce, text, associated), plain.length);
  }

  /** The plaintext, or null where the tag does not hold. */
  open(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array = new Uint8Array(0)): Uint8Array | null {
    if (sealed.length < BLOCK) return null;
    const text = sealed.subarray(0, sealed.length - BLOCK);
    if (!equalBytes(this.tag(nonce, text, associated), sealed.subarray(text.length))) return null;
    const plain = new Uint8Array(text.length);
    this.counter(nonce, text, plain);
    return plain;
  }

  /** The key stream starts at counter 2: 1 masks the tag (SP 800-38D section 7.1). */
  private counter(nonce: Uint8Array, from: Uint8Array, to: Uint8Array): void {
    const [n0, n1, n2] = nonceWords(nonce);
    const [input, output] = [viewOf(from), viewOf(to)];
    const stream = new Int32Array(4);
    const whole = from.length - (from.length % BLOCK);
    let counter = 2;
    for (let at = 0; at < from.length; at += BLOCK) {
      stream[0] = n0;
      stream[1] = n1;
      stream[2] = n2;
      stream[3] = counter++;
      sm4Block(this.keys, stream);
      if (at < whole)
        for (let w = 0; w < 4; w++)
          output.setInt32(at + 4 * w, input.getInt32(at + 4 * w) ^ (stream[w] as number));
      else
        for (let i = at; i < from.length; i++)
          to[i] = (from[i] as number) ^ ((stream[(i - at) >> 2] as number) >>> (24 - 8 * (i & 3)));
    }
  }

  private tag(nonce: Uint8Array, text: Uint8Array, associated: Uint8Array): Uint8Array {
    const y = new Int32Array(4);
    this.absorb(y, associated);
    this.absorb(y, text);
    const lengths = [associated.length, text.length].flatMap((n) => [n / 2 ** 29, n << 3]);
    for (const [w, length] of lengths.entries()) y[w] = (y[w] as number) ^ length;
    this.hashKey.multiply(y);
    const mask = Int32Array.from([...nonceWords(nonce), 1]);
    sm4Block(this.keys, mask);
    const tag = new Uint8Array(BLOCK);
    for (let w = 0; w < 4; w++) viewOf(tag).setInt32(4 * w, (y[w] as number) ^ (mask[w] as number));
    return tag;
  }

  /** GHASH over the bytes, the last block filled with zeros. */
  private absorb(y: Int32Array, bytes: Uint8Array): void {
    const rest = bytes.length % BLOCK;
    const view = viewOf(bytes);
    const add = (from: DataView, at: number): void => {
      for (let w = 0; w < 4; w++) y[w] = (y[w] as number) ^ from.getInt32(at + 4 * w);
      this.hashKey.multiply(y);
    };
    for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) add(view, at);
    if (rest === 0) return;
    const last = new Uint8Array(BLOCK);
    last.set(bytes.subarray(bytes.length - rest));
    add(viewOf(last), 0);
  }
}

function nonceWords(nonce: Uint8Array): [number, number, number] {
  if (nonce.length !== 12) throw new RangeError('a nonce has 12 bytes');
  const view = viewOf(nonce);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8)];
}
