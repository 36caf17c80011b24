import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { faultPoint } from '#kernel';
import { TrustError, concat } from '../encoding/index.ts';
import { writeAll } from './write-all.ts';

/**
 * Takes the files of an envelope while it opens. Nothing is genuine as a whole before `complete`: an implementation
 * MUST keep what it got aside until then and drop it on `abandon`.
 */
export interface MemberSink {
  start(path: string, size: number): Promise<void>;
  /** `bytes` are valid until the promise settles. */
  data(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  complete(): Promise<void>;
  abandon(): Promise<void>;
}

/** Files in a folder that appears only when all of them are there and checked. */
export class FolderSink implements MemberSink {
  private readonly partial: string;
  private handle: FileHandle | null = null;

  constructor(private readonly folder: string) {
    this.partial = `${folder}.partial-${randomBytes(6).toString('hex')}`;
  }

  async start(path: string): Promise<void> {
    const target = join(this.partial, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    this.handle = await open(target, 'wx', 0o600);
  }

  async data(bytes: Uint8Array): Promise<void> {
    if (this.handle) await writeAll(this.handle, bytes);
  }

  async end(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
  }

  async complete(): Promise<void> {
    await mkdir(this.partial, { recursive: true, mode: 0o700 });
    await faultPoint('open.folder.written');
    await rename(this.partial, this.folder);
    await faultPoint('open.folder.renamed');
  }

  async abandon(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
    await rm(this.partial, { recursive: true, force: true });
  }
}

/** Small envelopes (I) in memory. */
export class MemorySink implements MemberSink {
  readonly files = new Map<string, Uint8Array>();
  private path = '';
  private pieces: Uint8Array[] = [];
  private left: number;

  constructor(maxBytes = 4 * 1024 * 1024) {
    this.left = maxBytes;
  }

  start(path: string, size: number): Promise<void> {
    this.left -= size;
    if (this.left < 0) return Promise.reject(new TrustError('SEAL.TOO_LONG', { size }));
    this.path = path;
    this.pieces = [];
    return Promise.resolve();
  }

  data(bytes: Uint8Array): Promise<void> {
    this.pieces.push(bytes.slice());
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.files.set(this.path, concat(...this.pieces));
    return Promise.resolve();
  }

  complete(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }
}
