import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { TrustError, concat, equalBytes } from '../encoding/index.ts';
import type { EnvelopeName, Manifest } from '../records/index.ts';
import { HEADER_BYTES, openHeader, plaintextLength } from '../seal/cobblestone.ts';
import { LeafHasher, rootOfLeaves } from '../seal/leaf-tree.ts';
import { MANIFEST_NAME, MAX_MANIFEST_BYTES, checkManifest } from '../seal/manifest.ts';
import type { ReadMember } from '../seal/manifest.ts';
import { TarReader } from '../seal/tar.ts';
import type { TarEvent } from '../seal/tar.ts';
import type { MemberSink } from './member-sink.ts';
import { SEALED_SEGMENT_BYTES } from './segment-cipher.ts';
import { engineFor } from './segment-engine.ts';
import type { SegmentEngine } from './segment-engine.ts';
import { SegmentPipe } from './segment-pipe.ts';
import { rootOfSource, withReader } from './sealed-source.ts';
import type { SealedReader, SealedSource } from './sealed-source.ts';

export interface EnvelopeToOpen {
  readonly e: EnvelopeName;
  readonly key: Uint8Array;
  readonly context: Uint8Array;
  readonly source: SealedSource;
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
export async function openEnvelopeFile(
  envelope: EnvelopeToOpen,
  engine: SegmentEngine = engineFor(envelope.length),
): Promise<OpenedEnvelope> {
  try {
    const opened = await withReader(envelope.source, (reader) => openStream(engine, envelope, reader));
    await envelope.sink.complete();
    return opened;
  } catch (error) {
    await envelope.sink.abandon();
    throw error instanceof TrustError ? await attribute(envelope, error) : error;
  } finally {
    await engine.close();
  }
}

/** Whose fault it is hangs on the stored bytes alone, so after a failure they are all read again. */
async function attribute(envelope: EnvelopeToOpen, error: TrustError): Promise<TrustError> {
  if (error.code === 'SEAL.ROOT') return error;
  const { root, length } = await rootOfSource(envelope.source);
  if (!equalBytes(root, envelope.root) || length !== envelope.length) return differs(envelope);
  return new TrustError(error.code, { ...error.facts, e: envelope.e }, 'bidder');
}

const differs = ({ e }: EnvelopeToOpen): TrustError => new TrustError('SEAL.ROOT', { e }, 'platform');

async function openStream(
  engine: SegmentEngine,
  envelope: EnvelopeToOpen,
  reader: SealedReader,
): Promise<OpenedEnvelope> {
  plaintextLength(envelope.length);
  const header = new Uint8Array(HEADER_BYTES);
  await readExactly(reader, header);
  const keys = openHeader(envelope.key, header, envelope.context);
  engine.start({ mode: 'open', key: keys.key, baseNonce: keys.baseNonce });
  const leaves = new LeafHasher(() => createHash('sha256'));
  leaves.update(header);
  const members = new MemberReader(envelope.sink);
  const pipe = new SegmentPipe(engine, SEALED_SEGMENT_BYTES, (bytes) => members.take(bytes));
  try {
    const done = await pump(reader, pipe, leaves, envelope);
    await pipe.end();
    const root = rootOfLeaves(leaves.finish());
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
  leaves: LeafHasher,
  envelope: EnvelopeToOpen,
): Promise<number> {
  let done = HEADER_BYTES;
  for (;;) {
    const room = await pipe.room();
    const read = await reader.read(room);
    if (read === 0) return done;
    leaves.update(room.subarray(0, read));
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
  private current: { path: string; size: number; hash: Hash } | null = null;
  private manifest: Uint8Array[] | null = null;

  constructor(private readonly sink: MemberSink) {}

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
        this.current.hash.update(event.bytes);
        await written;
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
    this.current = { path, size, hash: createHash('sha256') };
    await this.sink.start(path, size);
  }

  private async endMember(): Promise<void> {
    if (!this.current) return;
    const { path, size, hash } = this.current;
    this.members.push({ path, size, sha256: hash.digest('base64url') });
    this.current = null;
    await this.sink.end();
  }
}
