import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { faultPoint } from '#kernel';
import type { MemberSink } from '../package/member-sink.ts';
import { writeAll } from './write-all.ts';

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
