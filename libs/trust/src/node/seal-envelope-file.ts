import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { faultPoint } from '#kernel';
import { TrustError, b64u, canonicalBytes } from '../encoding/index.ts';
import type { EnvelopeName, Manifest } from '../records/index.ts';
import { SALT_BYTES, cobblestoneHeader, cobblestoneKeys } from '../seal/cobblestone.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { PathSet } from '../seal/member-path.ts';
import { MANIFEST_NAME, MAX_FILES } from '../seal/manifest.ts';
import { memberHeader, memberPadding, payloadTail } from '../seal/tar.ts';
import { PLAIN_SEGMENT_BYTES } from './segment-cipher.ts';
import { InlineLeaves } from './leaf-sink.ts';
import type { LeafSink } from './leaf-sink.ts';
import type { SegmentEngine } from './segment-engine.ts';
import { SegmentPipe } from './segment-pipe.ts';
import { writeAll } from './write-all.ts';

/** One file of an envelope: its name inside, and where its bytes are. */
export interface SealFile {
  readonly path: string;
  readonly from: { readonly file: string } | { readonly bytes: Uint8Array };
}

export interface EnvelopeToSeal {
  readonly e: EnvelopeName;
  /** Input key and context (envelopeKey, envelopeContext). */
  readonly key: Uint8Array;
  readonly context: Uint8Array;
  readonly files: readonly SealFile[];
  /** H("documents", …) of the tender documents that were bid on. */
  readonly documents: string;
  readonly tool: Manifest['tool'];
  /** The file to make; it must not exist. */
  readonly target: string;
}

export interface SealedEnvelope {
  readonly e: EnvelopeName;
  readonly root: Uint8Array;
  readonly length: number;
  readonly manifest: Manifest;
  /** SHA-256 of manifest.json's bytes. */
  readonly manifestSha256: Uint8Array;
}

/**
 * Seals one envelope from disk to disk in one pass; durable when it returns. Throws SEAL.FILE_CHANGED where a file
 * has another size than it had a moment ago.
 */
export async function sealEnvelopeFile(
  engine: SegmentEngine,
  envelope: EnvelopeToSeal,
  leaves: LeafSink = new InlineLeaves(),
): Promise<SealedEnvelope> {
  const target = await open(envelope.target, 'wx', 0o600);
  const salt = randomBytes(SALT_BYTES);
  const keys = cobblestoneKeys(envelope.key, salt, envelope.context);
  const header = cobblestoneHeader(salt, keys);
  const out = new SealedWriter(target, leaves);
  const pipe = new SegmentPipe(engine, PLAIN_SEGMENT_BYTES, (bytes) => out.write(bytes));
  try {
    engine.start({ mode: 'seal', key: keys.key, baseNonce: keys.baseNonce });
    await out.write(header);
    const { manifest, manifestSha256 } = await writePayload(pipe, envelope);
    await pipe.end();
    await faultPoint('seal.envelope.written');
    const { root, length } = await out.finish();
    await faultPoint('seal.envelope.fsynced');
    return { e: envelope.e, root, length, manifest, manifestSha256 };
  } finally {
    await pipe.settle();
    await out.close();
  }
}

async function writePayload(
  pipe: SegmentPipe,
  { e, files, documents, tool }: EnvelopeToSeal,
): Promise<{ manifest: Manifest; manifestSha256: Uint8Array }> {
  if (files.length > MAX_FILES) throw new TrustError('SEAL.MANIFEST', { files: files.length });
  const tar = new TarWriter(pipe);
  const listed: Manifest['files'] = [];
  for (const file of files) listed.push(await tar.file(file));
  const salt = b64u.encode(randomBytes(32));
  const manifest: Manifest = { type: 'manifest', e, salt, documents, files: listed, tool };
  const bytes = canonicalBytes(manifest);
  await tar.file({ path: MANIFEST_NAME, from: { bytes } });
  await tar.end();
  return { manifest, manifestSha256: createHash('sha256').update(bytes).digest() };
}

/** So that the last sync finds little left to do: the disk works while the rest is still encrypted. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/** Writes the ciphertext and hashes its leaves on the way. */
class SealedWriter {
  private length = 0;
  private synced = 0;
  private syncing: Promise<void> = Promise.resolve();

  constructor(
    private readonly target: FileHandle,
    private readonly leaves: LeafSink,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await Promise.all([writeAll(this.target, bytes), this.leaves.update(bytes)]);
    this.length += bytes.length;
    if (this.length - this.synced < SYNC_EVERY_BYTES) return;
    this.synced = this.length;
    // An error here shows again at the last sync, which is the one that counts.
    this.syncing = this.syncing.then(() => this.target.datasync()).catch(() => undefined);
  }

  async finish(): Promise<{ root: Uint8Array; length: number }> {
    await this.syncing;
    await this.target.sync();
    return { root: rootOfLeaves(await this.leaves.finish()), length: this.length };
  }

  async close(): Promise<void> {
    await this.syncing;
    await this.target.close();
  }
}

/** Writes the canonical tar (seal/tar.ts) into the pipe, hashing each file as it goes by. */
class TarWriter {
  private length = 0;
  private readonly paths = new PathSet();

  constructor(private readonly pipe: SegmentPipe) {}

  async file({ path, from }: SealFile): Promise<Manifest['files'][number]> {
    this.paths.add(path);
    const hash = createHash('sha256');
    let size: number;
    if ('bytes' in from) {
      size = from.bytes.length;
      await this.write(memberHeader(path, size));
      hash.update(from.bytes);
      await this.write(from.bytes);
    } else {
      size = await this.copy(path, from.file, (bytes) => hash.update(bytes));
    }
    await this.write(new Uint8Array(memberPadding(size)));
    return { path, size, sha256: hash.digest('base64url') };
  }

  async end(): Promise<void> {
    for (let left = payloadTail(this.length); left > 0;) {
      const room = await this.pipe.room();
      const take = Math.min(room.length, left);
      room.fill(0, 0, take);
      this.pipe.advance(take);
      left -= take;
    }
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await this.pipe.write(bytes);
    this.length += bytes.length;
  }

  private async copy(path: string, file: string, seen: (bytes: Uint8Array) => void): Promise<number> {
    const source = await open(file, 'r');
    try {
      const stat = await source.stat();
      if (!stat.isFile()) throw new TrustError('SEAL.NOT_A_FILE', { path: path.slice(0, 100) });
      await this.write(memberHeader(path, stat.size));
      await this.copyBytes(source, stat.size, seen, path);
      this.length += stat.size;
      return stat.size;
    } finally {
      await source.close();
    }
  }

  private async copyBytes(
    source: FileHandle,
    size: number,
    seen: (bytes: Uint8Array) => void,
    path: string,
  ): Promise<void> {
    const changed = (): TrustError => new TrustError('SEAL.FILE_CHANGED', { path: path.slice(0, 100), size });
    for (let left = size; left > 0;) {
      const room = await this.pipe.room();
      const { bytesRead } = await source.read(room, 0, Math.min(room.length, left), size - left);
      if (bytesRead === 0) throw changed();
      seen(room.subarray(0, bytesRead));
      this.pipe.advance(bytesRead);
      left -= bytesRead;
    }
    const { bytesRead } = await source.read(new Uint8Array(1), 0, 1, size);
    if (bytesRead > 0) throw changed();
  }
}
