import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { concat } from '../encoding/index.ts';
import { nodeAead } from '../node/segment-cipher.ts';
import { webCryptoAead } from './aead.ts';
import type { AeadFactory } from './aead.ts';
import { chunkNonce } from './chunks.ts';
import { ciphertextLength, cobblestoneKeys, plaintextLength } from './cobblestone.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';

interface ChunkedVector {
  tcId: number;
  comment: string;
  key: string;
  ctx: string;
  ct: string;
  aeadKey?: string;
  baseNonce?: string;
  msgLength?: number;
  msgSha512?: string;
  result: 'valid' | 'invalid';
  flags: string[];
}
interface GcmVector {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid';
}
const load = <T>(name: string): { testGroups: T[] } =>
  JSON.parse(readFileSync(`test/vectors/wycheproof/${name}`, 'utf8')) as { testGroups: T[] };
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

const adapters: [string, AeadFactory][] = [
  ['node:crypto', nodeAead],
  ['WebCrypto', webCryptoAead],
];

async function collect(stream: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; error: unknown }> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of stream) pieces.push(piece);
    return { bytes: concat(...pieces), error: null };
  } catch (error) {
    return { bytes: concat(...pieces), error };
  }
}

describe.each(adapters)('Cobblestone-256 over %s', (_, aead) => {
  const vectors = load<{ tests: ChunkedVector[] }>('c2sp_chunked_encryption_aes_256_gcm_test.json')
    .testGroups.flatMap(({ tests }) => tests)
    .map((vector) => ({ ...vector, name: `${String(vector.tcId)} ${vector.comment}` }));

  it('has all 35 Wycheproof vectors', () => {
    expect(vectors).toHaveLength(35);
  });

  it.each(vectors)('$name', async (vector) => {
    const sealed = Uint8Array.from(inflateSync(hex(vector.ct)));
    const cipher = { key: hex(vector.key), context: hex(vector.ctx), aead };
    const { bytes, error } = await collect(openEnvelope(cipher, [sealed]));
    expect(error === null ? 'valid' : 'invalid').toBe(vector.result);
    if (
      vector.msgSha512 !== undefined &&
      (vector.result === 'valid' || vector.flags.includes('PartialPlaintext'))
    ) {
      expect(bytes.length).toBe(vector.msgLength);
      expect(createHash('sha512').update(bytes).digest('hex')).toBe(vector.msgSha512);
    }
    if (vector.flags.includes('HeaderFailure')) expect(bytes).toHaveLength(0);
    if (vector.result !== 'valid') return;
    const keys = cobblestoneKeys(cipher.key, sealed.subarray(0, 24), cipher.context);
    expect(Buffer.from(keys.key).toString('hex')).toBe(vector.aeadKey);
    expect(Buffer.from(keys.baseNonce).toString('hex')).toBe(vector.baseNonce);
    const again = await collect(sealEnvelope(cipher, [bytes], sealed.slice(0, 24)));
    expect(Buffer.from(again.bytes).equals(sealed)).toBe(true);
    expect(ciphertextLength(bytes.length)).toBe(sealed.length);
    expect(plaintextLength(sealed.length)).toBe(bytes.length);
  });

  it('passes the Wycheproof AES-256-GCM vectors with 12-byte nonces and empty AAD', async () => {
    const tests = load<{ keySize: number; ivSize: number; tagSize: number; tests: GcmVector[] }>(
      'aes_gcm_test.json',
    )
      .testGroups.filter((group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128)
      .flatMap((group) => group.tests)
      .filter((test) => test.aad === '');
    expect(tests.length).toBeGreaterThan(30);
    for (const test of tests) {
      const cipher = await aead(hex(test.key));
      const sealed = concat(hex(test.ct), hex(test.tag));
      const opened = await Promise.resolve()
        .then(() => cipher.open(hex(test.iv), sealed))
        .catch(() => null);
      if (test.result === 'invalid') {
        expect(opened).toBeNull();
        continue;
      }
      expect(Buffer.from(opened ?? []).toString('hex')).toBe(test.msg);
      expect(Buffer.from(await cipher.seal(hex(test.iv), hex(test.msg)))).toEqual(Buffer.from(sealed));
    }
  });

  it('opens what it sealed, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 70_000 }),
        fc.integer({ min: 1, max: 40_000 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        async (length, piece, key) => {
          const plain = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
          const cipher = { key, context: hex('00ff'), aead };
          const { bytes: sealed } = await collect(sealEnvelope(cipher, cut(plain, piece)));
          expect(sealed).toHaveLength(ciphertextLength(length));
          const { bytes, error } = await collect(openEnvelope(cipher, cut(sealed, piece)));
          expect(error).toBeNull();
          expect(Buffer.compare(bytes, plain)).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('refuses any flipped byte and any cut', async () => {
    const cipher = { key: new Uint8Array(32).fill(7), context: hex('01'), aead };
    const { bytes: sealed } = await collect(sealEnvelope(cipher, [new Uint8Array(16_384 + 40)]));
    const positions = [0, 23, 24, 55, 56, 57, 16_455, 16_456, sealed.length - 17, sealed.length - 1];
    for (const at of positions) {
      const bad = sealed.slice();
      bad[at] = (bad[at] ?? 0) ^ 1;
      expect((await collect(openEnvelope(cipher, [bad]))).error).not.toBeNull();
      expect((await collect(openEnvelope(cipher, [sealed.slice(0, at)]))).error).not.toBeNull();
    }
  });
});

function* cut(bytes: Uint8Array, piece: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

describe('lengths', () => {
  it('knows which ciphertext lengths no message has', () => {
    for (const length of [0, 55, 56, 71, 56 + 16_400, 56 + 16_400 + 15]) {
      expect(() => plaintextLength(length)).toThrow('SEAL.TRUNCATED');
    }
    expect(plaintextLength(72)).toBe(0);
    expect(plaintextLength(56 + 16_400 + 16)).toBe(16_384);
  });

  it('gives every chunk its own nonce and stops before a counter could repeat', () => {
    const base = hex('0102030405060708090a0b0c');
    expect(Buffer.from(chunkNonce(base, 0x01020304)).toString('hex')).toBe('010203040506070808080808');
    expect(() => chunkNonce(base, 2 ** 32)).toThrow('SEAL.TOO_LONG');
    expect(() => chunkNonce(base, -1)).toThrow('SEAL.TOO_LONG');
  });

  it('takes keys of exactly 32 bytes and salts of exactly 24', () => {
    expect(() => cobblestoneKeys(new Uint8Array(31), new Uint8Array(24), new Uint8Array())).toThrow(
      'SEAL.KEY_SIZE',
    );
    expect(() => cobblestoneKeys(new Uint8Array(32), new Uint8Array(23), new Uint8Array())).toThrow(
      'SEAL.KEY_SIZE',
    );
  });
});
