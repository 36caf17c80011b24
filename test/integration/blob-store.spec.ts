import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'minio';
import { instant, installFaultHook, StorageUnavailableError } from '#kernel';
import {
  BlobMismatchError,
  BlobNotFoundError,
  BlobRetainedError,
  FileBlobStore,
  S3BlobStore,
} from '#storage';
import type { BlobStore, StoredPart } from '#storage';

const MIB = 1024 * 1024;
const random = (size: number): Buffer => randomBytes(size);
const key = (): string => `bids/${randomBytes(12).toString('base64url')}`;
const inChunks = (bytes: Buffer, size = 65_536): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
    { objectMode: false },
  );
const sha256 = (bytes: Buffer) => new Uint8Array(createHash('sha256').update(bytes).digest());

interface Rig {
  readonly store: () => BlobStore;
  /** A second process with the same store. */
  readonly again: () => Promise<BlobStore>;
  /** Takes the store away, and brings it back. */
  readonly vanish: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

/** A disk of 4 MiB, where this account may mount one. */
const mountSmall = (path: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]).status === 0;

function contract(rig: Rig): void {
  const read = async (at: string, range?: { start: number; end?: number }): Promise<Buffer> =>
    buffer(await rig.store().get(at, range));

  it('gives back what was put, whole and in ranges', async () => {
    const at = key();
    const bytes = random(300_001);
    const stored = await rig.store().put(at, inChunks(bytes), { size: bytes.length, sha256: sha256(bytes) });
    expect(stored).toEqual({ size: bytes.length, sha256: sha256(bytes) });
    expect((await read(at)).equals(bytes)).toBe(true);
    expect((await read(at, { start: 100_000, end: 100_003 })).equals(bytes.subarray(100_000, 100_003))).toBe(
      true,
    );
    expect((await read(at, { start: 300_000 })).equals(bytes.subarray(300_000))).toBe(true);
    expect(await read(at, { start: 5, end: 5 })).toHaveLength(0);
    expect(await rig.store().head(at)).toMatchObject({ key: at, size: bytes.length });
  });

  it('takes a body of unknown size, beyond one piece, and an empty one', async () => {
    for (const size of [0, 5, 9 * MIB]) {
      const at = key();
      const bytes = random(size);
      expect(await rig.store().put(at, inChunks(bytes))).toEqual({ size, sha256: sha256(bytes) });
      expect((await read(at)).equals(bytes)).toBe(true);
    }
  });

  it('stores nothing of a body that is not as announced or that breaks off', async () => {
    const bytes = random(200_000);
    const broken = () =>
      Readable.from(
        (async function* () {
          yield bytes.subarray(0, 100_000);
          throw new Error('client went away');
        })(),
        { objectMode: false },
      );
    const attempts: [() => Readable, object, RegExp | typeof BlobMismatchError][] = [
      [() => inChunks(bytes), { size: 199_999 }, BlobMismatchError],
      [() => inChunks(bytes), { size: 200_001 }, BlobMismatchError],
      [() => inChunks(bytes), { size: 200_000, sha256: new Uint8Array(32) }, BlobMismatchError],
      [() => inChunks(bytes), { sha256: new Uint8Array(32) }, BlobMismatchError],
      [broken, { size: 200_000 }, /client went away/],
      [broken, {}, /client went away/],
    ];
    for (const [body, options, error] of attempts) {
      const at = key();
      const stream = body();
      await expect(rig.store().put(at, stream, options)).rejects.toThrow(error as RegExp);
      expect(stream.destroyed).toBe(true);
      expect(await rig.store().head(at)).toBeNull();
      await expect(rig.store().get(at)).rejects.toThrow(BlobNotFoundError);
    }
  });

  it('deletes, also what is not there', async () => {
    const at = key();
    await rig.store().put(at, random(10));
    await rig.store().delete(at);
    await rig.store().delete(at);
    expect(await rig.store().head(at)).toBeNull();
  });

  it('lists by prefix', async () => {
    const prefix = `list-${randomBytes(6).toString('hex')}`;
    for (const name of ['a', 'b']) await rig.store().put(`${prefix}/${name}`, random(3));
    const found: string[] = [];
    for await (const info of rig.store().list(`${prefix}/`)) found.push(`${info.key} ${info.size}`);
    expect(found.sort()).toEqual([`${prefix}/a 3`, `${prefix}/b 3`]);
  });

  it('makes an object of parts that came in any order, at once, twice, over two processes', async () => {
    const at = key();
    const bytes = random(12 * MIB + 17);
    const slice = (n: number) => bytes.subarray((n - 1) * 5 * MIB, Math.min(n * 5 * MIB, bytes.length));
    const upload = await rig.store().beginUpload(at);
    const other = await rig.again();
    await rig.store().putPart(upload, 2, random(5 * MIB), 5 * MIB);
    const parts = await Promise.all(
      [3, 1, 2].map((n) =>
        (n === 1 ? other : rig.store()).putPart(upload, n, inChunks(slice(n)), slice(n).length),
      ),
    );
    const ordered = parts.sort((a, b) => a.n - b.n);
    expect(new Set((await other.listParts(upload)).map((part) => part.n))).toEqual(new Set([1, 2, 3]));
    expect(await rig.store().head(at)).toBeNull();
    await expect(rig.store().get(at)).rejects.toThrow(BlobNotFoundError);
    expect(await other.complete(upload, ordered)).toEqual({ size: bytes.length });
    expect(await rig.store().complete(upload, ordered)).toEqual({ size: bytes.length });
    expect((await read(at)).equals(bytes)).toBe(true);
    const across = { start: 5 * MIB - 3, end: 10 * MIB + 3 };
    expect((await read(at, across)).equals(bytes.subarray(across.start, across.end))).toBe(true);
    const late = inChunks(random(3));
    await expect(rig.store().putPart(upload, 4, late, 3)).rejects.toThrow(BlobNotFoundError);
    expect(late.destroyed).toBe(true);
    for await (const open of other.listUploads()) expect(open.key).not.toBe(at);
    await rig.store().abort(upload);
    expect((await read(at)).equals(bytes)).toBe(true);
    await rig.store().delete(at);
    expect(await rig.store().head(at)).toBeNull();
  });

  it('refuses to complete with a part that is not there, and can still complete rightly', async () => {
    const at = key();
    const upload = await rig.store().beginUpload(at);
    const bytes = random(1000);
    const part = await rig.store().putPart(upload, 1, bytes, 1000);
    const forged: StoredPart = { ...part, tag: part.tag.replace(/./g, 'a') };
    for (const wrong of [[forged], [part, { ...part, n: 2 }]])
      await expect(rig.store().complete(upload, wrong)).rejects.toThrow(BlobMismatchError);
    expect(await rig.store().head(at)).toBeNull();
    await rig.store().complete(upload, [part]);
    expect((await read(at)).equals(bytes)).toBe(true);
  });

  it('leaves no trace of a part that broke off', async () => {
    const upload = await rig.store().beginUpload(key());
    await expect(rig.store().putPart(upload, 1, inChunks(random(5000)), 6000)).rejects.toThrow(
      BlobMismatchError,
    );
    await expect(rig.store().putPart(upload, 1, inChunks(random(5000)), 4000)).rejects.toThrow(
      BlobMismatchError,
    );
    expect(await rig.store().listParts(upload)).toEqual([]);
  });

  it('lists open uploads, forgets aborted ones and knows none that it never began', async () => {
    const upload = await rig.store().beginUpload(key());
    const retained = await rig.store().beginUpload(key(), { retainUntil: instant(Date.now() + 1000) });
    const open = async () => {
      const keys: string[] = [];
      for await (const found of rig.store().listUploads()) {
        keys.push(found.key);
        for (const one of [upload, retained])
          expect(rig.store().sameUpload(one, found)).toBe(one.key === found.key);
      }
      return keys;
    };
    expect(await open()).toContain(retained.key);
    await rig.store().abort(retained);
    expect(await open()).toContain(upload.key);
    await rig.store().abort(upload);
    await rig.store().abort(upload);
    expect(await open()).not.toContain(upload.key);
    const part = { n: 1, size: 3, tag: 'A'.repeat(22) };
    for (const id of [upload.id, 'A'.repeat(22), '../../etc']) {
      const unknown = { key: upload.key, id };
      const body = inChunks(random(3));
      await expect(rig.store().putPart(unknown, 1, body, 3)).rejects.toThrow(BlobNotFoundError);
      expect(body.destroyed).toBe(true);
      await expect(rig.store().listParts(unknown)).rejects.toThrow(BlobNotFoundError);
      await expect(rig.store().complete(unknown, [part])).rejects.toThrow(BlobNotFoundError);
    }
  });

  it('refuses keys that are none', async () => {
    for (const bad of ['', '../x', 'a//b', '/a', 'a.b', 'a/b/c/d/e', 'x'.repeat(81)])
      await expect(rig.store().put(bad, random(1))).rejects.toThrow(RangeError);
  });

  it('keeps what is under retention: neither deleted nor replaced, by any process, until its instant', async () => {
    const at = key();
    const retainUntil = instant(Math.ceil(Date.now() / 1000) * 1000 + 3000);
    const upload = await rig.store().beginUpload(at, { retainUntil });
    const part = await rig.store().putPart(upload, 1, random(100), 100);
    const racing = await Promise.all([1, 2, 3, 4].map(() => rig.store().complete(upload, [part])));
    expect(racing).toEqual(racing.map(() => ({ size: 100 })));
    const whole = key();
    await rig.store().put(whole, random(50));
    await rig.store().retain(whole, retainUntil);
    // An earlier instant takes nothing back.
    await rig.store().retain(whole, instant(1));
    const other = await rig.again();
    for (const [object, size] of [
      [at, 100],
      [whole, 50],
    ] as const) {
      const before = await read(object);
      await expect(other.delete(object)).rejects.toThrow(BlobRetainedError);
      const body = inChunks(random(10));
      await expect(other.put(object, body)).rejects.toThrow(BlobRetainedError);
      expect(body.destroyed).toBe(true);
      await expect(other.beginUpload(object)).rejects.toThrow(BlobRetainedError);
      await other.abort({ key: object, id: upload.id });
      expect(await read(at)).toHaveLength(100);
      expect(before).toHaveLength(size);
      expect((await read(object)).equals(before)).toBe(true);
    }
    // Completed again after a crash, as before.
    expect(await other.complete(upload, [part])).toEqual({ size: 100 });
    while (Date.now() <= retainUntil) await sleep(100);
    for (const object of [at, whole]) {
      await other.delete(object);
      expect(await other.head(object)).toBeNull();
    }
    await other.put(whole, random(7));
    await other.delete(whole);
    await expect(rig.store().retain(key(), retainUntil)).rejects.toThrow(BlobNotFoundError);
  });

  it('says that it is unavailable while it is away, keeps everything, and works again without a restart', async () => {
    const at = key();
    const bytes = random(1000);
    await rig.store().put(at, bytes);
    const upload = await rig.store().beginUpload(key());
    const part = await rig.store().putPart(upload, 1, bytes, 1000);
    await rig.vanish();
    try {
      await expect(rig.store().check()).rejects.toThrow(StorageUnavailableError);
      await expect(rig.store().put(key(), inChunks(bytes), { size: 1000 })).rejects.toThrow(
        StorageUnavailableError,
      );
      await expect(rig.store().beginUpload(key())).rejects.toThrow(StorageUnavailableError);
      for (const ask of [
        () => rig.store().putPart(upload, 2, bytes, 1000),
        () => rig.store().listParts(upload),
        () => rig.store().complete(upload, [part]),
      ])
        await expect(ask()).rejects.toThrow(StorageUnavailableError);
    } finally {
      await rig.comeBack();
    }
    await rig.store().check();
    expect((await read(at)).equals(bytes)).toBe(true);
    await rig.store().complete(upload, [part]);
    expect((await read(upload.key)).equals(bytes)).toBe(true);
  });
}

describe('file adapter', () => {
  let parent: string;
  let store: FileBlobStore;
  const root = () => join(parent, 'objects');
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'glasshall-blobs-'));
    store = await FileBlobStore.open(root());
  });
  afterAll(() => rm(parent, { recursive: true, force: true }));
  afterEach(() => installFaultHook(null));

  contract({
    store: () => store,
    again: () => FileBlobStore.open(root()),
    vanish: () => rename(root(), join(parent, 'away')),
    comeBack: () => rename(join(parent, 'away'), root()),
  });

  it('forgets what an abort left, a day later, and keeps an upload without parts', async () => {
    const own = join(parent, 'left');
    const first = await FileBlobStore.open(own);
    const upload = await first.beginUpload(key());
    await mkdir(join(own, 'drafts', 'aborted'));
    await writeFile(join(own, 'drafts', 'aborted', 'part'), 'x');
    const clock = { now: () => instant(Date.now() + 2 * 24 * 3600 * 1000) };
    await FileBlobStore.open(own, clock);
    expect(await readdir(join(own, 'uploads'))).toEqual([upload.id]);
    expect(await readdir(join(own, 'drafts'))).toEqual([]);
  });

  it.each(['made', 'folder-fsync.after'])(
    'a death at storage.upload.%s leaves one to sweep',
    async (point) => {
      const at = key();
      installFaultHook((reached) => {
        if (reached === `storage.upload.${point}`) throw new Error('died');
      });
      await expect(store.beginUpload(at)).rejects.toThrow('died');
      installFaultHook(null);
      const left: string[] = [];
      for await (const upload of store.listUploads())
        if (upload.key === at) {
          await store.abort(upload);
          left.push(upload.key);
        }
      expect(left).toEqual([at]);
    },
  );

  it('takes no more of a body in than it can write', async () => {
    const own = join(parent, 'paced');
    const paced = await FileBlobStore.open(own);
    const [total, piece] = [32 * MIB, random(65_536)];
    let [given, ahead] = [0, 0];
    const body = new Readable({
      read() {
        const written = readdirSync(join(own, 'drafts')).map(
          (name) => statSync(join(own, 'drafts', name)).size,
        );
        ahead = Math.max(ahead, given - (written[0] ?? 0));
        given += piece.length;
        this.push(given > total ? null : piece);
      },
    });
    expect((await paced.put(key(), body)).size).toBe(total);
    expect(ahead).toBeLessThan(2 * MIB);
  });

  it('leaves no draft behind', async () => {
    expect(await readdir(join(root(), 'drafts'))).toEqual([]);
  });

  it('says so when the disk is full, leaves nothing half done, and works again when there is room', async () => {
    const disk = join(parent, 'small');
    await mkdir(disk);
    if (!mountSmall(disk))
      return void process.stderr.write('LEFT OUT: full disk (no right to mount a small one)\n');
    try {
      const small = await FileBlobStore.open(join(disk, 'objects'));
      const upload = await small.beginUpload(key());
      const first = await small.putPart(upload, 1, random(MIB), MIB);
      const at = key();
      const filling = Array.from({ length: 5 }, () =>
        small.put(key(), inChunks(random(MIB))).catch((e: unknown) => e),
      );
      const failed = (await Promise.all(filling)).filter((result) => result instanceof Error);
      expect(failed.length).toBeGreaterThan(0);
      for (const error of failed) expect(error).toBeInstanceOf(StorageUnavailableError);
      await expect(small.put(at, inChunks(random(4 * MIB)))).rejects.toThrow(StorageUnavailableError);
      await expect(small.putPart(upload, 2, random(4 * MIB), 4 * MIB)).rejects.toThrow(
        StorageUnavailableError,
      );
      expect(await small.head(at)).toBeNull();
      expect(await readdir(join(disk, 'objects', 'drafts'))).toEqual([]);
      expect(await small.listParts(upload)).toEqual([first]);
      for await (const { key: full } of small.list('')) await small.delete(full);
      await small.check();
      await small.complete(upload, [first]);
      expect(await buffer(await small.get(upload.key))).toHaveLength(MIB);
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it.each([
    ['fsync.before', false],
    ['fsync.after', false],
    ['rename.before', false],
    ['rename.after', true],
    ['folder-fsync.after', true],
  ])('a death at %s leaves the object %s', async (point, there) => {
    for (const [faults, act] of [
      ['storage.object', (at: string) => store.put(at, random(10))],
      [
        'storage.manifest',
        async (at: string) => {
          const upload = await store.beginUpload(at);
          return store.complete(upload, [await store.putPart(upload, 1, random(10), 10)]);
        },
      ],
    ] as const) {
      const at = key();
      installFaultHook((reached) => {
        if (reached === `${faults}.${point}`) throw new Error('died');
      });
      await expect(act(at)).rejects.toThrow('died');
      installFaultHook(null);
      expect((await store.head(at)) !== null).toBe(there);
    }
  });
});

const endpoint = process.env['S3_ENDPOINT'];
if (!endpoint) process.stderr.write('LEFT OUT: blob-store contract on S3 (S3_ENDPOINT is not set)\n');

(endpoint ? describe : describe.skip)('S3 adapter', () => {
  const url = new URL(endpoint ?? 'http://unused');
  const bucket = `contract-${randomBytes(6).toString('hex')}`;
  const options = {
    endpoint: endpoint ?? '',
    accessKey: process.env['S3_ACCESS_KEY'] ?? '',
    secretKey: process.env['S3_SECRET_KEY'] ?? '',
    region: 'us-east-1',
    bucket,
  };
  const admin = () =>
    new Client({
      endPoint: url.hostname,
      port: Number(url.port),
      useSSL: url.protocol === 'https:',
      accessKey: options.accessKey,
      secretKey: options.secretKey,
    });
  let store: S3BlobStore;
  let active: BlobStore;
  beforeAll(async () => {
    store = new S3BlobStore(options);
    await store.ensureBucket(5000);
    active = store;
  });

  contract({
    store: () => active,
    again: async () => new S3BlobStore(options),
    vanish: async () => {
      active = new S3BlobStore({ ...options, endpoint: 'http://127.0.0.1:9' });
    },
    comeBack: async () => {
      active = store;
    },
  });

  it('is unavailable without its bucket and works when the bucket is there', async () => {
    const later = `${bucket}-later`;
    const orphan = new S3BlobStore({ ...options, bucket: later });
    await expect(orphan.put(key(), random(10))).rejects.toThrow(StorageUnavailableError);
    await expect(orphan.head(key())).rejects.toThrow(StorageUnavailableError);
    await expect(orphan.get(key())).rejects.toThrow(StorageUnavailableError);
    await expect(orphan.beginUpload(key())).rejects.toThrow(StorageUnavailableError);
    await admin().makeBucket(later);
    const at = key();
    await orphan.put(at, random(10));
    expect(await orphan.head(at)).toMatchObject({ size: 10 });
    await orphan.delete(at);
    await admin().removeBucket(later);
  });

  it('locks a retained object in compliance mode', async () => {
    const at = key();
    const retainUntil = instant(Math.ceil(Date.now() / 1000) * 1000 + 3000);
    const upload = await store.beginUpload(at, { retainUntil });
    const part = await store.putPart(upload, 1, random(100), 100);
    await store.complete(upload, [part]);
    const { versionId } = await admin().statObject(bucket, at);
    const retention = await admin().getObjectRetention(bucket, at, { versionId: versionId ?? '' });
    expect(retention).toMatchObject({ mode: 'COMPLIANCE' });
    await expect(admin().removeObject(bucket, at, { versionId: versionId ?? '' })).rejects.toThrow();
  });
});
