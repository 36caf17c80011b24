import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { concat, hex } from '../encoding/bytes.ts';
import { expandSm4Key, sm4Block } from './sm4.ts';
import { Sm4Gcm } from './sm4-gcm.ts';
import { stanzas, valueOf, wycheproof } from '../../../../test/support/sm-vectors.ts';

interface Test {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: string;
}
interface Group {
  ivSize: number;
  keySize: number;
  tagSize: number;
  tests: Test[];
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const words = Int32Array.from({ length: 4 }, (_, w) => new DataView(block.slice().buffer).getInt32(4 * w));
  sm4Block(expandSm4Key(key), words);
  const out = new DataView(new ArrayBuffer(16));
  words.forEach((word, w) => {
    out.setInt32(4 * w, word);
  });
  return new Uint8Array(out.buffer);
}

test('a block is what GB/T 32907 and draft-ribose-cfrg-sm4 say', () => {
  const all = stanzas('sm/draft-ribose-cfrg-sm4-10-ecb.txt').filter((each) => each.has('CIPHERTEXT'));
  expect(all.length).toBeGreaterThanOrEqual(4);
  for (const stanza of all) {
    const plain = valueOf(stanza.get('PLAINTEXT'));
    const blocks = Array.from({ length: plain.length / 16 }, (_, i) => plain.subarray(16 * i, 16 * i + 16));
    const found = blocks.map((block) => encryptBlock(valueOf(stanza.get('KEY')), block));
    expect(hex.encode(concat(...found))).toBe(stanza.get('CIPHERTEXT'));
  }
});

test("SM4-GCM agrees with RFC 8998's example", () => {
  const [stanza] = stanzas('sm/rfc8998.txt').filter((each) => each.get('COUNT') === '1');
  const get = (name: string): Uint8Array => valueOf(stanza?.get(name));
  const sealed = new Sm4Gcm(get('KEY')).seal(get('IV'), get('PLAINTEXT'), get('AAD'));
  expect(hex.encode(sealed)).toBe(`${String(stanza?.get('CIPHERTEXT'))}${String(stanza?.get('TAG'))}`);
});

test('SM4-GCM gives every verdict of Wycheproof for nonces of 12 bytes, and has no other nonces', () => {
  let [checked, left] = [0, 0];
  for (const { ivSize, keySize, tagSize, tests } of wycheproof<Group>('sm4_gcm_test')) {
    expect([keySize, tagSize]).toEqual([128, 128]);
    for (const { key, iv, aad, msg, ct, tag, result, tcId } of tests) {
      const cipher = new Sm4Gcm(valueOf(key));
      const open = (): Uint8Array | null => cipher.open(valueOf(iv), valueOf(ct + tag), valueOf(aad));
      if (ivSize !== 96) {
        expect(open).toThrow('12 bytes');
        left += 1;
        continue;
      }
      const plain = open();
      expect([tcId, plain && hex.encode(plain)]).toEqual([tcId, result === 'invalid' ? null : msg]);
      if (plain) expect(hex.encode(cipher.seal(valueOf(iv), plain, valueOf(aad)))).toBe(ct + tag);
      checked += 1;
    }
  }
  expect([checked, left]).toEqual([65, 39]);
});

test("its key stream is node:crypto's SM4-CTR, for every length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (plain) => {
      const [key, nonce] = [randomBytes(16), randomBytes(12)];
      const start = concat(nonce, Uint8Array.of(0, 0, 0, 2));
      const sealed = new Sm4Gcm(key).seal(nonce, plain);
      const theirs = createCipheriv('sm4-ctr', key, start).update(plain);
      expect(hex.encode(sealed.subarray(0, plain.length))).toBe(theirs.toString('hex'));
    }),
  );
});

test('opens what it sealed, and nothing with one bit changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(), (plain, at) => {
      const cipher = new Sm4Gcm(randomBytes(16));
      const nonce = randomBytes(12);
      const sealed = cipher.seal(nonce, plain);
      expect(cipher.open(nonce, sealed)).toEqual(plain);
      const byte = at % sealed.length;
      expect(cipher.open(nonce, sealed.with(byte, (sealed[byte] as number) ^ (1 << (at % 8))))).toBeNull();
      expect(cipher.open(nonce, sealed.subarray(0, 15))).toBeNull();
    }),
  );
  expect(() => new Sm4Gcm(new Uint8Array(32))).toThrow('16 bytes');
});
