import { faultPoint } from '#kernel';
import { TrustError, b64u, canonicalBytes, sha256, systemRandom } from '../encoding/index.ts';
import type { EnvelopeName, Manifest, SuiteId } from '../records/index.ts';
import { SALT_BYTES, cobblestoneHeader, cobblestoneKeys } from '../seal/cobblestone.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { PathSet } from '../seal/member-path.ts';
import { MANIFEST_NAME, MAX_FILES } from '../seal/manifest.ts';
import { memberHeader, memberPadding, payloadTail } from '../seal/tar.ts';
import type { ContentHash, FileToSeal, OpenedOriginal, SealedTarget, SealingTools } from './ports.ts';
import { SegmentPipe } from './segment-pipe.ts';
import { PLAIN_SEGMENT_BYTES } from './segments.ts';

export interface EnvelopeContent {
  readonly e: EnvelopeName;
  /** Input key and context (envelopeKey, envelopeContext). */
  readonly key: Uint8Array;
  readonly context: Uint8Array;
  /** The lot's; default P256. */
  readonly suite?: SuiteId;
  readonly files: readonly FileToSeal[];
  /** H("documents", …) of the tender documents that were bid on. */
  readonly documents: string;
  readonly tool: Manifest['tool'];
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
 * Seals one envelope into `target` in one pass; durable when it returns, and the target is closed in any case. Throws
 * SEAL.FILE_CHANGED where a file has another size than it had a moment ago.
 */
export async function sealEnvelopeInto(
  tools: SealingTools,
  content: EnvelopeContent,
  target: SealedTarget,
): Promise<SealedEnvelope> {
  const { engine, leaves } = tools;
  const salt = systemRandom(SALT_BYTES);
  const keys = cobblestoneKeys(content.key, salt, content.context, content.suite);
  let length = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await Promise.all([target.write(bytes), leaves.update(bytes)]);
    length += bytes.length;
  };
  const pipe = new SegmentPipe(engine, PLAIN_SEGMENT_BYTES, write);
  try {
    engine.start({ mode: 'seal', suite: content.suite ?? 'P256', key: keys.key, baseNonce: keys.baseNonce });
    await write(cobblestoneHeader(salt, keys));
    const { manifest, manifestSha256 } = await writePayload(pipe, content, tools);
    await pipe.end();
    await faultPoint('seal.envelope.written');
    await target.sync();
    const root = rootOfLeaves(await leaves.finish());
    await faultPoint('seal.envelope.fsynced');
    return { e: content.e, root, length, manifest, manifestSha256 };
  } finally {
    await pipe.settle();
    await target.close();
  }
}

async function writePayload(
  pipe: SegmentPipe,
  { e, files, documents, tool }: EnvelopeContent,
  tools: SealingTools,
): Promise<{ manifest: Manifest; manifestSha256: Uint8Array }> {
  if (files.length > MAX_FILES) throw new TrustError('SEAL.MANIFEST', { files: files.length });
  const tar = new TarWriter(pipe, tools);
  const listed: Manifest['files'] = [];
  for (const file of files) listed.push(await tar.file(file));
  const salt = b64u.encode(systemRandom(32));
  const manifest: Manifest = { type: 'manifest', e, salt, documents, files: listed, tool };
  const bytes = canonicalBytes(manifest);
  await tar.file({ path: MANIFEST_NAME, from: { bytes } });
  await tar.end();
  return { manifest, manifestSha256: sha256(bytes) };
}

/** Writes the canonical tar (seal/tar.ts) into the pipe, hashing each file as it goes by. */
class TarWriter {
  private length = 0;
  private readonly paths = new PathSet();

  constructor(
    private readonly pipe: SegmentPipe,
    private readonly tools: SealingTools,
  ) {}

  async file({ path, from }: FileToSeal): Promise<Manifest['files'][number]> {
    this.paths.add(path);
    const original = 'bytes' in from ? originalOf(from.bytes) : await from.open();
    const { size } = original;
    const hash = this.tools.contentHash(size);
    try {
      await this.write(memberHeader(path, size));
      await this.copy(original, hash, path);
    } finally {
      await original.close();
    }
    this.length += size;
    await this.write(new Uint8Array(memberPadding(size)));
    return { path, size, ...(await hash.finish()) };
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

  private async copy(original: OpenedOriginal, hash: ContentHash, path: string): Promise<void> {
    const { size } = original;
    const changed = (): TrustError => new TrustError('SEAL.FILE_CHANGED', { path: path.slice(0, 100), size });
    for (let left = size; left > 0;) {
      const room = await this.pipe.room();
      const read = await original.read(room.subarray(0, Math.min(room.length, left)), size - left);
      if (read === 0) throw changed();
      await hash.update(room.subarray(0, read));
      this.pipe.advance(read);
      this.tools.onProgress?.(read);
      left -= read;
    }
    if ((await original.read(new Uint8Array(1), size)) > 0) throw changed();
  }
}

const originalOf = (bytes: Uint8Array): OpenedOriginal => ({
  size: bytes.length,
  read: (into, at) => {
    const piece = bytes.subarray(at, at + into.length);
    into.set(piece);
    return Promise.resolve(piece.length);
  },
  close: () => Promise.resolve(),
});
