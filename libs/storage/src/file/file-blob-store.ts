import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { faultPoint, instant, IntegrityError, StorageUnavailableError, SystemClock } from '#kernel';
import type { Clock, Instant } from '#kernel';
import {
  admit,
  assertKey,
  assertPartNumber,
  assertSha256,
  BlobMismatchError,
  BlobNotFoundError,
  BlobRetainedError,
  BlobStore,
} from '../blob-store.ts';
import type {
  BlobInfo,
  ByteRange,
  Observe,
  PutOptions,
  StoredBlob,
  StoredPart,
  UploadOptions,
  UploadRef,
} from '../blob-store.ts';
import {
  aboutUpload,
  keyOf,
  nameOf,
  newUploadId,
  PART_FILE,
  partFile,
  randomName,
  READ_BYTES,
  readFrom,
  readUploadId,
  sameParts,
} from './file-layout.ts';
import type { Manifest } from './file-layout.ts';
import { errnoOf, mapDiskError, syncFolder, writeDurably } from './durable-file.ts';

const DRAFT_LIFE_MS = 24 * 3600 * 1000;
const absent = (error: unknown): null => {
  if (errnoOf(error) === 'ENOENT') return null;
  throw mapDiskError(error);
};

/**
 * Objects as files below one folder, on one file system:
 *   objects/<name>                   whole objects
 *   manifests/<name>                 objects of parts: which part files, in which order
 *   uploads/<id>/<n>.<size>.<tag>    parts; the id says whose they are, see newUploadId
 *   retained/<name>                  until when an object is neither replaced nor deleted, where its manifest does not say
 *   drafts/                          what is being written, or was aborted
 * Completing writes the manifest alone: no byte of a part is copied.
 */
export class FileBlobStore extends BlobStore {
  readonly kind = 'file';

  private constructor(
    private readonly root: string,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Makes the folders, and sweeps the drafts that processes left which died more than a day ago. */
  static async open(root: string, clock: Clock = new SystemClock()): Promise<FileBlobStore> {
    const store = new FileBlobStore(root, clock);
    for (const folder of ['objects', 'manifests', 'uploads', 'retained', 'drafts'])
      await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    await syncFolder(root);
    for (const path of await store.oldDrafts()) await rm(path, { recursive: true, force: true });
    return store;
  }

  private async oldDrafts(): Promise<string[]> {
    const old: string[] = [];
    for (const name of await readdir(this.path('drafts'))) {
      const made = await stat(this.path('drafts', name)).catch(() => null);
      if (made && made.mtimeMs < this.clock.now() - DRAFT_LIFE_MS) old.push(this.path('drafts', name));
    }
    return old;
  }

  async put(key: string, body: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredBlob> {
    assertKey(key);
    await admit(body, () => this.refuseRetained(key));
    const hash = createHash('sha256');
    let sha256 = new Uint8Array();
    const size = await this.guard(() =>
      writeDurably(body, {
        draft: this.draft(),
        path: this.path('objects', nameOf(key)),
        size: options.size ?? null,
        mode: 0o600,
        faults: 'storage.object',
        observe: (chunk) => hash.update(chunk),
        approve: () => {
          sha256 = new Uint8Array(hash.digest());
          assertSha256(sha256, options.sha256);
        },
      }),
    );
    await rm(this.path('manifests', nameOf(key)), { force: true });
    return { size, sha256 };
  }

  async get(key: string, range: ByteRange = { start: 0 }): Promise<Readable> {
    assertKey(key);
    const whole = await open(this.path('objects', nameOf(key)), 'r').catch(absent);
    if (whole) return readFrom(whole, range);
    const manifest = await this.manifest(key);
    if (!manifest) throw new BlobNotFoundError(key);
    return Readable.from(this.readParts(manifest, range), { objectMode: false, highWaterMark: READ_BYTES });
  }

  async head(key: string): Promise<BlobInfo | null> {
    assertKey(key);
    const whole = await stat(this.path('objects', nameOf(key))).catch(absent);
    if (whole) return { key, size: whole.size, storedAt: instant(Math.floor(whole.mtimeMs)) };
    const manifest = await this.manifest(key);
    const made = manifest && (await stat(this.path('manifests', nameOf(key))).catch(absent));
    return made ? { key, size: manifest.size, storedAt: instant(Math.floor(made.mtimeMs)) } : null;
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    await this.refuseRetained(key);
    await this.guard(async () => {
      const manifest = await this.manifest(key);
      for (const folder of ['objects', 'manifests']) {
        const removed = await unlink(this.path(folder, nameOf(key))).then(() => true, absent);
        if (removed) await syncFolder(this.path(folder));
      }
      if (manifest) await rm(this.path('uploads', manifest.uploadId), { recursive: true, force: true });
      await rm(this.path('retained', nameOf(key)), { force: true });
    });
  }

  async retain(key: string, until: Instant): Promise<void> {
    assertKey(key);
    if (!(await this.head(key))) throw new BlobNotFoundError(key);
    if (((await this.retainedUntil(key)) ?? 0) >= until) return;
    await this.guard(() =>
      writeDurably(Buffer.from(String(until)), {
        draft: this.draft(),
        path: this.path('retained', nameOf(key)),
        size: null,
        mode: 0o600,
        faults: 'storage.retention',
      }),
    );
    // Against a slip of the hand; who is the account can change it back.
    await chmod(this.path('objects', nameOf(key)), 0o400).catch(absent);
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    for (const folder of ['objects', 'manifests'])
      for (const name of await readdir(this.path(folder)).catch(this.rethrow))
        if (keyOf(name).startsWith(prefix)) {
          const info = await this.head(keyOf(name));
          if (info) yield info;
        }
  }

  async beginUpload(key: string, options: UploadOptions = {}): Promise<UploadRef> {
    assertKey(key);
    await this.refuseRetained(key);
    const id = newUploadId({ key, startedAt: this.clock.now(), ...options });
    await this.guard(async () => {
      await mkdir(this.path('uploads', id), { mode: 0o700 });
      await faultPoint('storage.upload.made');
      await syncFolder(this.path('uploads'));
      await faultPoint('storage.upload.folder-fsync.after');
    });
    return { key, id };
  }

  async putPart(
    upload: UploadRef,
    n: number,
    body: Readable | Uint8Array,
    size: number,
    observe?: Observe,
  ): Promise<StoredPart> {
    assertPartNumber(n);
    const { retainUntil } = await admit(body, async () => {
      const about = aboutUpload(upload);
      await this.refuseCompleted(upload);
      return about;
    });
    const part = { n, size, tag: randomName() };
    await this.guard(
      () =>
        writeDurably(body, {
          draft: this.draft(),
          path: this.path('uploads', upload.id, partFile(part)),
          size,
          mode: retainUntil === undefined ? 0o600 : 0o400,
          faults: 'storage.part',
          ...(observe && { observe }),
        }),
      upload,
    );
    return part;
  }

  async listParts(upload: UploadRef): Promise<StoredPart[]> {
    aboutUpload(upload);
    await this.refuseCompleted(upload);
    const parts: StoredPart[] = [];
    for (const name of await this.guard(() => readdir(this.path('uploads', upload.id)), upload)) {
      const [, n, size, tag] = PART_FILE.exec(name) ?? [];
      if (n && size && tag) parts.push({ n: Number(n), size: Number(size), tag });
    }
    return parts.sort((a, b) => a.n - b.n);
  }

  async complete(upload: UploadRef, parts: readonly StoredPart[]): Promise<{ size: number }> {
    const { retainUntil } = aboutUpload(upload);
    const made: Manifest = {
      uploadId: upload.id,
      size: parts.reduce((sum, part) => sum + part.size, 0),
      parts: parts.map((part) => ({ file: partFile(part), size: part.size })),
      ...(retainUntil !== undefined && { retainUntil }),
    };
    const done = await this.manifest(upload.key);
    if (done && !sameParts(done, made))
      throw new BlobMismatchError('part', 'this object is complete, with other parts');
    if (!done) await this.guard(() => this.writeManifest(upload, parts, made), upload);
    await faultPoint('storage.manifest.written');
    await this.settle(upload.id, made);
    return { size: made.size };
  }

  async abort(upload: UploadRef): Promise<void> {
    assertKey(upload.key);
    if (readUploadId(upload.id)?.key !== upload.key) return;
    const done = await this.manifest(upload.key);
    if (done?.uploadId === upload.id) return this.settle(upload.id, done);
    // In one step: a process that dies while it removes the files leaves a draft, and no half of an upload.
    const draft = this.draft();
    await this.guard(async () => {
      const moved = await rename(this.path('uploads', upload.id), draft).then(() => true, absent);
      if (moved) await rm(draft, { recursive: true, force: true });
    });
  }

  async *listUploads(): AsyncIterable<UploadRef & { readonly startedAt: Instant }> {
    for (const id of await readdir(this.path('uploads')).catch(this.rethrow)) {
      const about = readUploadId(id);
      if (!about || (await this.manifest(about.key))?.uploadId === id) continue;
      yield { key: about.key, id, startedAt: about.startedAt };
    }
  }

  sameUpload(a: UploadRef, b: UploadRef): boolean {
    return a.key === b.key && a.id === b.id;
  }

  /** Writes, syncs and removes a small file: a full or read-only disk is not ready. */
  async check(): Promise<void> {
    const path = this.draft();
    await this.guard(async () => {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.write(Buffer.alloc(4096));
        await file.datasync();
      } finally {
        await file.close();
        await rm(path, { force: true });
      }
    });
  }

  private path(...names: string[]): string {
    return join(this.root, ...names);
  }

  private draft(): string {
    return this.path('drafts', randomName());
  }

  /**
   * A folder of ours that is missing is the store that is gone (an unmounted disk), not an object that is not there;
   * unless it is this upload's, and the uploads are there.
   */
  private async guard<T>(work: () => Promise<T>, upload?: UploadRef): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw mapDiskError(error);
      if (upload && (await stat(this.path('uploads')).catch(absent)) && !(await this.hasUpload(upload)))
        throw new BlobNotFoundError(upload.key);
      throw new StorageUnavailableError('disk', 'ENOENT', { cause: error });
    }
  }

  private async hasUpload({ id }: UploadRef): Promise<boolean> {
    return (await stat(this.path('uploads', id)).catch(absent)) !== null;
  }

  private readonly rethrow = (error: unknown): never => {
    throw new StorageUnavailableError('disk', errnoOf(error), { cause: error });
  };

  private async manifest(key: string): Promise<Manifest | null> {
    const text = await readFile(this.path('manifests', nameOf(key)), 'utf8').catch(absent);
    return text === null ? null : (JSON.parse(text) as Manifest);
  }

  private async retainedUntil(key: string): Promise<number | null> {
    const whole = await this.retentionFile(key);
    const until = Math.max(whole, (await this.manifest(key))?.retainUntil ?? 0);
    return until === 0 ? null : until;
  }

  /** 0 where there is none. */
  private async retentionFile(key: string): Promise<number> {
    return Number((await readFile(this.path('retained', nameOf(key)), 'utf8').catch(absent)) ?? 0);
  }

  private async refuseRetained(key: string): Promise<void> {
    this.refuseUntil(key, await this.retainedUntil(key));
  }

  private refuseUntil(key: string, until: number | null): void {
    if (until !== null && until > this.clock.now()) throw new BlobRetainedError(key, instant(until));
  }

  /** @throws BlobNotFoundError: an upload that is complete takes no part any more. */
  private async refuseCompleted(upload: UploadRef): Promise<void> {
    if ((await this.manifest(upload.key))?.uploadId === upload.id) throw new BlobNotFoundError(upload.key);
  }

  private async writeManifest(
    upload: UploadRef,
    parts: readonly StoredPart[],
    made: Manifest,
  ): Promise<void> {
    // Not by a manifest: one that is there by now is this upload's own, of somebody who completes it at the same time.
    this.refuseUntil(upload.key, await this.retentionFile(upload.key));
    let last = 0;
    for (const part of parts) {
      assertPartNumber(part.n);
      if (part.n <= last) throw new BlobMismatchError('part', 'part numbers must ascend');
      last = part.n;
      const found = await stat(this.path('uploads', upload.id, partFile(part))).catch(absent);
      if (!found) await this.guard(() => stat(this.path('uploads', upload.id)), upload);
      if (found?.size !== part.size) throw new BlobMismatchError('part', `part ${part.n} is not there`);
    }
    await writeDurably(Buffer.from(JSON.stringify(made)), {
      draft: this.draft(),
      path: this.path('manifests', nameOf(upload.key)),
      size: null,
      mode: 0o600,
      faults: 'storage.manifest',
    });
    await unlink(this.path('objects', nameOf(upload.key))).catch(absent);
  }

  /** The object is durable: parts that were sent twice go. May run again after a crash. */
  private async settle(id: string, manifest: Manifest): Promise<void> {
    const kept = new Set(manifest.parts.map((part) => part.file));
    for (const name of await readdir(this.path('uploads', id)).catch(() => []))
      if (!kept.has(name)) await rm(this.path('uploads', id, name), { force: true });
  }

  private async *readParts(manifest: Manifest, range: ByteRange): AsyncGenerator<Uint8Array> {
    const end = Math.min(range.end ?? manifest.size, manifest.size);
    let at = 0;
    for (const { file, size } of manifest.parts) {
      const from = Math.max(range.start - at, 0);
      const until = Math.min(end - at, size);
      at += size;
      if (from >= until) continue;
      const handle = await open(this.path('uploads', manifest.uploadId, file), 'r').catch(absent);
      if (!handle) throw new IntegrityError('a part of a stored object is gone', { file });
      let given = 0;
      for await (const chunk of readFrom(handle, { start: from, end: until })) {
        given += (chunk as Uint8Array).length;
        yield chunk as Uint8Array;
      }
      if (given !== until - from)
        throw new IntegrityError('a part of a stored object is too short', { file });
    }
  }
}
