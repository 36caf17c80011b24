/**
 * The ports over WebCrypto: for the browser, and checked against Node's in the tests. WebCrypto hashes only what is
 * whole in memory, so pieces are gathered to leaves of 1 MiB; it does its work on threads of its own, so several
 * leaves and chunks are under way at once.
 */
import { TrustError, b64u } from '../encoding/index.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES, chunkNonce } from '../seal/chunks.ts';
import { LEAF_BYTES } from '../seal/leaf-hasher.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { isListedByRoot } from './content-hash.ts';
import type {
  ContentHash,
  FileHash,
  LeafSink,
  OpeningTools,
  SegmentBuffers,
  SegmentEngine,
  SegmentJob,
  SegmentResult,
} from './ports.ts';
import { SEGMENT_BUFFER_BYTES } from './segments.ts';
import { sm4Chunk } from './sm4-chunk.ts';

/** TypeScript's name for it differs between the browser's library and Node's. */
type AesKey = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>;

/** Leaves that may be hashed at once: each is a copy of 1 MiB in WebCrypto's hands. */
const LEAVES_UNDER_WAY = 8;

/** Gathers pieces to blocks of 1 MiB behind `prefix`, and has each hashed as soon as it is full. */
class BlockHasher {
  private readonly buffer: Uint8Array<ArrayBuffer>;
  private filled: number;
  private hashes: Promise<Uint8Array>[] = [];

  constructor(private readonly prefix: readonly number[]) {
    this.buffer = new Uint8Array(prefix.length + LEAF_BYTES);
    this.buffer.set(prefix);
    this.filled = prefix.length;
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const take = Math.min(this.buffer.length - this.filled, bytes.length - at);
      this.buffer.set(bytes.subarray(at, at + take), this.filled);
      this.filled += take;
      at += take;
      if (this.filled === this.buffer.length) this.finishBlock();
    }
    await this.hashes.at(-LEAVES_UNDER_WAY);
  }

  /** Of nothing there is no block. */
  async finish(): Promise<Uint8Array[]> {
    if (this.filled > this.prefix.length) this.finishBlock();
    const hashes = await Promise.all(this.hashes);
    this.hashes = [];
    return hashes;
  }

  private finishBlock(): void {
    // WebCrypto takes its copy before it returns.
    const block = this.buffer.subarray(0, this.filled);
    const hash = globalThis.crypto.subtle.digest('SHA-256', block).then((digest) => new Uint8Array(digest));
    hash.catch(() => undefined);
    this.hashes.push(hash);
    this.filled = this.prefix.length;
  }
}

/** RFC 6962: a leaf is hashed behind a zero byte. */
const LEAF_PREFIX = [0];

export class WebCryptoLeaves implements LeafSink {
  private readonly blocks = new BlockHasher(LEAF_PREFIX);

  update(bytes: Uint8Array): Promise<void> {
    return this.blocks.update(bytes);
  }

  finish(): Promise<readonly Uint8Array[]> {
    return this.blocks.finish();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function webCryptoContentHash(size: number): ContentHash {
  const byRoot = isListedByRoot(size);
  const blocks = new BlockHasher(byRoot ? LEAF_PREFIX : []);
  return {
    update: (bytes) => blocks.update(bytes),
    finish: async (): Promise<FileHash> => {
      const hashes = await blocks.finish();
      if (byRoot) return { root: b64u.encode(rootOfLeaves(hashes)) };
      return { sha256: b64u.encode(hashes[0] ?? (await digestOfNothing())) };
    },
  };
}

const digestOfNothing = async (): Promise<Uint8Array> =>
  new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(0)));

/** One chunk, by WebCrypto for suite P256 and by our own code for SM. */
type ApplyChunk = (
  nonce: Uint8Array,
  input: Uint8Array<ArrayBuffer>,
  out: Uint8Array,
) => Promise<void> | void;

/** The chunks of a segment are all given to WebCrypto at once, which spreads them over its threads. */
export class WebCryptoEngine implements SegmentEngine {
  private job: { readonly job: SegmentJob; readonly apply: ApplyChunk } | null = null;
  private counter = 0;

  newBuffers(): SegmentBuffers {
    return { input: new ArrayBuffer(SEGMENT_BUFFER_BYTES), output: new ArrayBuffer(SEGMENT_BUFFER_BYTES) };
  }

  start(job: SegmentJob): void {
    this.job = { job, apply: job.suite === 'SM' ? sm4Chunk(job) : aesChunk(job) };
    this.counter = 0;
  }

  async run(buffers: SegmentBuffers, length: number, last: boolean): Promise<SegmentResult> {
    if (!this.job) throw new TrustError('SEAL.CHUNK');
    const { job, apply } = this.job;
    const sealing = job.mode === 'seal';
    const size = sealing ? CHUNK_BYTES : SEALED_CHUNK_BYTES;
    const delta = sealing ? TAG_BYTES : -TAG_BYTES;
    const whole = Math.floor(length / size);
    const rest = length - whole * size;
    if (!last && rest > 0) throw new TrustError('SEAL.TRUNCATED');
    if (last && rest + delta < 0) throw new TrustError('SEAL.TRUNCATED');
    const chunks = whole + (last ? 1 : 0);
    // Counted before anything is awaited: the next segment may be handed over meanwhile.
    const first = this.counter;
    this.counter += chunks;
    const output = new Uint8Array(buffers.output);
    await Promise.all(
      Array.from({ length: chunks }, async (_, i) => {
        const input = new Uint8Array(buffers.input as ArrayBuffer, i * size, i < whole ? size : rest);
        const nonce = chunkNonce(job.baseNonce, first + i);
        await apply(nonce, input, output.subarray(i * (size + delta)));
      }),
    );
    return { buffers, written: length + chunks * delta };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function aesChunk({ mode, key: raw }: SegmentJob): ApplyChunk {
  const sealing = mode === 'seal';
  const usage = sealing ? 'encrypt' : 'decrypt';
  const key = globalThis.crypto.subtle.importKey('raw', Uint8Array.from(raw), 'AES-GCM', false, [usage]);
  key.catch(() => undefined);
  return async (nonce, input, out) => {
    out.set(await applied(await key, nonce, input, sealing));
  };
}

async function applied(
  key: AesKey,
  nonce: Uint8Array,
  input: Uint8Array<ArrayBuffer>,
  sealing: boolean,
): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'AES-GCM', iv: Uint8Array.from(nonce) };
  if (sealing) return new Uint8Array(await subtle.encrypt(algorithm, key, input));
  try {
    return new Uint8Array(await subtle.decrypt(algorithm, key, input));
  } catch {
    throw new TrustError('SEAL.CHUNK');
  }
}

export const webCryptoOpening: OpeningTools = {
  engineFor: () => new WebCryptoEngine(),
  newLeaves: () => new WebCryptoLeaves(),
  contentHash: webCryptoContentHash,
};
