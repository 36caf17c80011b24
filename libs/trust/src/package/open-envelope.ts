import { TrustError, concat, equalBytes } from '../encoding/index.ts';
import type { EnvelopeName, Manifest, SuiteId } from '../records/index.ts';
import { HEADER_BYTES, openHeader, plaintextLength } from '../seal/cobblestone.ts';
import { LEAF_BYTES } from '../seal/leaf-hasher.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { MANIFEST_NAME, MAX_MANIFEST_BYTES, checkManifest } from '../seal/manifest.ts';
import type { ReadMember } from '../seal/manifest.ts';
import { TarReader } from '../seal/tar.ts';
import type { TarEvent } from '../seal/tar.ts';
import type { MemberSink } from './member-sink.ts';
import type {
  ContentHash,
  LeafSink,
  NewContentHash,
  OpeningTools,
  SealedBytes,
  SealedReader,
  SegmentEngine,
} from './ports.ts';
import { SegmentPipe } from './segment-pipe.ts';
import { SEALED_SEGMENT_BYTES } from './segments.ts';

export interface SealedEnvelopeToOpen {
  readonly e: EnvelopeName;
  readonly key: Uint8Array;
  readonly context: Uint8Array;
  /** The lot's; default P256. */
  readonly suite?: SuiteId;
  readonly source: SealedBytes;
  /** Of COMMIT. A difference is the storer's fault (SEAL.ROOT), any other failure the sealer's. */
  readonly root: Uint8Array;
  readonly length: number;
  readonly sink: MemberSink;
  /** Told the bytes done so far. */
  readonly onProgress?: (done: number) => void;
}

export interface OpenedEnvelope {
  readonly manifest: Manifest;
  /** base64url SHA-256 of manifest.json's bytes. */
  readonly manifestSha256: string;
}

/**
 * Opens one envelope into `sink`, streaming. Throws TrustError: SEAL.ROOT with blame `platform` where the bytes are
 * not the committed ones; with blame `bidder` where they are and do not open (SEAL.WRONG_KEY, SEAL.CHUNK,
 * SEAL.TRUNCATED, SEAL.TAR, SEAL.MEMBER_*, SEAL.MANIFEST, RECORD.*). The sink is abandoned on every failure.
 */
export async function openSealedEnvelope(
  tools: OpeningTools,
  envelope: SealedEnvelopeToOpen,
): Promise<OpenedEnvelope> {
  const engine = tools.engineFor(envelope.length);
  try {
    const opened = await withReader(envelope.source, (reader) => openStream(tools, engine, envelope, reader));
    await envelope.sink.complete();
    return opened;
  } catch (error) {
    await envelope.sink.abandon();
    throw error instanceof TrustError ? await attribute(tools, envelope, error) : error;
  } finally {
    await engine.close();
  }
}

async function withReader<T>(source: SealedBytes, use: (reader: SealedReader) => Promise<T>): Promise<T> {
  const reader = await source.open();
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** RFC 6962 root over 1 MiB leaves, and the length, of a stored ciphertext. */
export async function rootOfSealed(
  tools: Pick<OpeningTools, 'newLeaves'>,
  source: SealedBytes,
): Promise<{ root: Uint8Array; length: number }> {
  return withReader(source, async (reader) => {
    const leaves = tools.newLeaves();
    const buffer = new Uint8Array(4 * LEAF_BYTES);
    let length = 0;
    for (let read = await reader.read(buffer); read > 0; read = await reader.read(buffer)) {
      await leaves.update(buffer.subarray(0, read));
      length += read;
    }
    return { root: rootOfLeaves(await leaves.finish()), length };
  });
}

/** Whose fault it is hangs on the stored bytes alone, so after a failure they are all read again. */
async function attribute(
  tools: OpeningTools,
  envelope: SealedEnvelopeToOpen,
  error: TrustError,
): Promise<TrustError> {
  if (error.code === 'SEAL.ROOT') return error;
  const { root, length } = await rootOfSealed(tools, envelope.source);
  if (!equalBytes(root, envelope.root) || length !== envelope.length) return differs(envelope);
  return new TrustError(error.code, { ...error.facts, e: envelope.e }, 'bidder');
}

const differs = ({ e }: SealedEnvelopeToOpen): TrustError => new TrustError('SEAL.ROOT', { e }, 'platform');

async function openStream(
  tools: OpeningTools,
  engine: SegmentEngine,
  envelope: SealedEnvelopeToOpen,
  reader: SealedReader,
): Promise<OpenedEnvelope> {
  plaintextLength(envelope.length);
  const header = new Uint8Array(HEADER_BYTES);
  await readExactly(reader, header);
  const keys = openHeader(envelope.key, header, envelope.context, envelope.suite);
  engine.start({ mode: 'open', suite: envelope.suite ?? 'P256', key: keys.key, baseNonce: keys.baseNonce });
  const leaves = tools.newLeaves();
  await leaves.update(header);
  const members = new MemberReader(envelope.sink, tools.contentHash);
  const pipe = new SegmentPipe(engine, SEALED_SEGMENT_BYTES, (bytes) => members.take(bytes));
  try {
    const done = await pump(reader, pipe, leaves, envelope);
    await pipe.end();
    const root = rootOfLeaves(await leaves.finish());
    if (done !== envelope.length || !equalBytes(root, envelope.root)) throw differs(envelope);
    const { manifest, sha256 } = members.finish(envelope.e);
    return { manifest, manifestSha256: sha256 };
  } finally {
    await pipe.settle();
  }
}

async function pump(
  reader: SealedReader,
  pipe: SegmentPipe,
  leaves: LeafSink,
  envelope: SealedEnvelopeToOpen,
): Promise<number> {
  let done = HEADER_BYTES;
  for (;;) {
    const room = await pipe.room();
    const read = await reader.read(room);
    if (read === 0) return done;
    await leaves.update(room.subarray(0, read));
    pipe.advance(read);
    done += read;
    if (done > envelope.length) throw differs(envelope);
    envelope.onProgress?.(done);
  }
}

async function readExactly(reader: SealedReader, into: Uint8Array): Promise<void> {
  for (let at = 0; at < into.length;) {
    const read = await reader.read(into.subarray(at));
    if (read === 0) throw new TrustError('SEAL.TRUNCATED', { length: at });
    at += read;
  }
}

/** Follows the tar, hashes each file, keeps the manifest and hands the files on. */
class MemberReader {
  private readonly tar = new TarReader();
  private readonly members: ReadMember[] = [];
  private current: { path: string; size: number; hash: ContentHash } | null = null;
  private manifest: Uint8Array[] | null = null;

  constructor(
    private readonly sink: MemberSink,
    private readonly contentHash: NewContentHash,
  ) {}

  async take(bytes: Uint8Array): Promise<void> {
    for (const event of this.tar.push(bytes)) await this.event(event);
  }

  finish(e: EnvelopeName): { manifest: Manifest; sha256: string } {
    this.tar.finish();
    if (!this.manifest) throw new TrustError('SEAL.MANIFEST', { reason: 'missing' });
    return checkManifest(concat(...this.manifest), e, this.members);
  }

  private async event(event: TarEvent): Promise<void> {
    switch (event.kind) {
      case 'start': {
        await this.start(event.path, event.size);
        return;
      }
      case 'data': {
        if (!this.current) {
          this.manifest?.push(event.bytes.slice());
          return;
        }
        // The disk writes while this thread hashes.
        const written = this.sink.data(event.bytes);
        await Promise.all([this.current.hash.update(event.bytes), written]);
        return;
      }
      case 'end': {
        await this.endMember();
      }
    }
  }

  private async start(path: string, size: number): Promise<void> {
    if (this.manifest) throw new TrustError('SEAL.MANIFEST', { reason: 'not the last member' });
    if (path === MANIFEST_NAME) {
      if (size > MAX_MANIFEST_BYTES) throw new TrustError('SEAL.MANIFEST', { reason: 'too large', size });
      this.manifest = [];
      return;
    }
    this.current = { path, size, hash: this.contentHash(size) };
    await this.sink.start(path, size);
  }

  private async endMember(): Promise<void> {
    if (!this.current) return;
    const { path, size, hash } = this.current;
    this.members.push({ path, size, ...(await hash.finish()) });
    this.current = null;
    await this.sink.end();
  }
}
