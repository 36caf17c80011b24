import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { sealEnvelopeInto } from '../package/seal-envelope.ts';
import type { EnvelopeContent, SealedEnvelope } from '../package/seal-envelope.ts';
import type { LeafSink, SealedTarget, SegmentEngine } from '../package/ports.ts';
import { InlineLeaves } from './leaf-sink.ts';
import { nodeContentHash } from './node-tools.ts';
import { fileToSeal } from './original-file.ts';
import type { SealFile } from './original-file.ts';
import { writeAll } from './write-all.ts';

export type { SealedEnvelope } from '../package/seal-envelope.ts';

export interface EnvelopeToSeal extends Omit<EnvelopeContent, 'files'> {
  readonly files: readonly SealFile[];
  /** The file to make; it must not exist. */
  readonly target: string;
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
  const tools = { engine, leaves, contentHash: nodeContentHash };
  const content = { ...envelope, files: envelope.files.map(fileToSeal) };
  return sealEnvelopeInto(tools, content, await createSealedFile(envelope.target));
}

/** So that the last sync finds little left to do: the disk works while the rest is still encrypted. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

export const createSealedFile = async (path: string): Promise<SealedTarget> =>
  new SealedFile(await open(path, 'wx', 0o600));

class SealedFile implements SealedTarget {
  private length = 0;
  private synced = 0;
  private syncing: Promise<void> = Promise.resolve();

  constructor(private readonly target: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.target, bytes);
    this.length += bytes.length;
    if (this.length - this.synced < SYNC_EVERY_BYTES) return;
    this.synced = this.length;
    // An error here shows again at the last sync, which is the one that counts.
    this.syncing = this.syncing.then(() => this.target.datasync()).catch(() => undefined);
  }

  async sync(): Promise<void> {
    await this.syncing;
    await this.target.sync();
  }

  async close(): Promise<void> {
    await this.syncing;
    await this.target.close();
  }
}
