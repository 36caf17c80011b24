/**
 * Sealing and opening an envelope as a stream, isomorphic: `sealEnvelope` and `openEnvelope` take pieces of any
 * size and yield pieces; nothing is ever whole in memory. The Node pipeline (#trust/node) does the same work on
 * two threads and is checked against this one.
 */
import { concat, utf8 } from '../encoding/index.ts';
import { TrustError } from '../encoding/index.ts';
import type { EnvelopeName, SuiteId } from '../records/index.ts';
import { suiteOf } from '../suite/index.ts';
import { suiteAead } from './aead.ts';
import type { AeadFactory } from './aead.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES, chunkNonce } from './chunks.ts';
import { HEADER_BYTES, SALT_BYTES, cobblestoneHeader, cobblestoneKeys, openHeader } from './cobblestone.ts';

/** The content key of one envelope, from its dealing's K (32 bytes). */
export const envelopeKey = (k: Uint8Array, e: EnvelopeName, suite: SuiteId = 'P256'): Uint8Array =>
  suiteOf(suite).expand(k, utf8.encode(`glasshall/1/cek${e}`), 32);

/** What the ciphertext is bound to: dealing label and envelope name (PROTOCOL section 5.4). */
export const envelopeContext = (label: string, e: EnvelopeName): Uint8Array => utf8.encode(`${label}${e}`);

/** Cuts any pieces into blocks of exactly `size`; the last one is shorter and may be empty. */
async function* blocks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  const buffer = new Uint8Array(size);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      const take = Math.min(size - filled, piece.length - at);
      buffer.set(piece.subarray(at, at + take), filled);
      at += take;
      filled += take;
      if (filled === size) {
        yield { bytes: buffer.slice(), last: false };
        filled = 0;
      }
    }
  }
  yield { bytes: buffer.slice(0, filled), last: true };
}

export interface EnvelopeCipher {
  /** From {@link envelopeKey}. */
  readonly key: Uint8Array;
  /** From {@link envelopeContext}. */
  readonly context: Uint8Array;
  /** The lot's; default P256. */
  readonly suite?: SuiteId;
  /** For suite P256; SM's cipher is the same everywhere. */
  readonly aead: AeadFactory;
}

export async function* sealEnvelope(
  cipher: EnvelopeCipher,
  payload: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  salt: Uint8Array = globalThis.crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
): AsyncGenerator<Uint8Array> {
  const keys = cobblestoneKeys(cipher.key, salt, cipher.context, cipher.suite);
  const aead = await suiteAead(cipher.suite ?? 'P256', keys.key, cipher.aead);
  yield cobblestoneHeader(salt, keys);
  let counter = 0;
  for await (const { bytes } of blocks(payload, CHUNK_BYTES)) {
    yield await aead.seal(chunkNonce(keys.baseNonce, counter), bytes);
    counter += 1;
  }
}

/**
 * Yields authenticated plaintext chunk by chunk; what was yielded before an error is genuine but the message as a
 * whole is not: a caller that needs all or nothing keeps the output aside until the generator ends.
 */
export async function* openEnvelope(
  cipher: EnvelopeCipher,
  sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { header, rest } = await splitHeader(sealed);
  const keys = openHeader(cipher.key, header, cipher.context, cipher.suite);
  const aead = await suiteAead(cipher.suite ?? 'P256', keys.key, cipher.aead);
  let counter = 0;
  for await (const { bytes, last } of blocks(rest, SEALED_CHUNK_BYTES)) {
    if (last && bytes.length < TAG_BYTES) throw new TrustError('SEAL.TRUNCATED');
    yield await aead.open(chunkNonce(keys.baseNonce, counter), bytes);
    counter += 1;
  }
}

async function splitHeader(
  sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ header: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator =
    Symbol.asyncIterator in sealed ? sealed[Symbol.asyncIterator]() : sealed[Symbol.iterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < HEADER_BYTES) {
    const next = await iterator.next();
    if (next.done) throw new TrustError('SEAL.TRUNCATED', { length: head.length });
    head = concat(head, next.value);
  }
  const first = head.subarray(HEADER_BYTES);
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield first;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { header: head.subarray(0, HEADER_BYTES), rest: rest() };
}
