import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';
import { BundleReader, canonicalZip, comparePaths, isBundlePath, ZipFormError } from './canonical-zip.ts';

const files: Record<string, string> = {
  'close.json': '{"type":"close"}',
  'envelopes/abc_-9/E0.sealed': 'x'.repeat(300),
  'tokens/empty.tst': '',
  'bundle.json': '{"type":"bundle"}',
};

const entriesOf = (content: Record<string, string>) =>
  Object.entries(content).map(([path, text]) => ({
    path,
    size: Buffer.byteLength(text),
    open: () => Readable.from([Buffer.from(text)]),
  }));

describe('canonical zip', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'canonical-zip-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const opened = async <T>(bytes: Uint8Array, use: (reader: BundleReader) => Promise<T>): Promise<T> => {
    const file = join(dir, 'one.zip');
    await writeFile(file, bytes);
    const reader = await BundleReader.open(file);
    try {
      return await use(reader);
    } finally {
      reader.close();
    }
  };

  it('gives the bytes that are pinned here, wherever and whenever it runs', async () => {
    const bytes = await buffer(canonicalZip(entriesOf(files)));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'a5fa51773dc5957c2bc6fd7ac637ca38f9e8d21ceed88572a2860fb4e9405696',
    );
  });

  it('reads back what was written, and finds no deviation', async () => {
    const bytes = await buffer(canonicalZip(entriesOf(files)));
    await opened(bytes, async (reader) => {
      expect(reader.entries.map((e) => e.path)).toEqual(Object.keys(files));
      for (const [path, text] of Object.entries(files))
        expect(Buffer.from(await reader.bytes(path, 1000)).toString()).toBe(text);
      expect(await reader.findDeviation()).toBeNull();
    });
  });

  it('finds every flipped bit, and names the entry for a bit of its content', async () => {
    const good = await buffer(canonicalZip(entriesOf(files)));
    const contentAt = good.indexOf('x'.repeat(300));
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (good[at] ?? 0) ^ (1 << (at % 8));
      const finding = await opened(bad, (reader) => reader.findDeviation()).catch((error: unknown) => error);
      expect({ at, finding }).not.toEqual({ at, finding: null });
      if (at >= contentAt && at < contentAt + 300)
        expect(finding).toMatchObject({ path: 'envelopes/abc_-9/E0.sealed' });
    }
  });

  it('finds bytes before, after and between, and a missing end', async () => {
    const good = await buffer(canonicalZip(entriesOf(files)));
    const variants = [
      Buffer.concat([Buffer.from('x'), good]),
      Buffer.concat([good, Buffer.from('x')]),
      good.subarray(0, -1),
      good.subarray(1),
      Buffer.alloc(0),
    ];
    for (const bad of variants) {
      const finding = await opened(bad, (reader) => reader.findDeviation()).catch((error: unknown) => error);
      expect(finding).not.toBeNull();
    }
  });

  it('refuses another order, other paths and compressed entries, written by any tool', async () => {
    const foreign = async (paths: string[], compress = false) => {
      const zip = new yazl.ZipFile();
      for (const path of paths) zip.addBuffer(Buffer.from('same same same same'), path, { compress });
      zip.end();
      return await buffer(zip.outputStream);
    };
    const reason = async (bytes: Buffer) =>
      await opened(bytes, () => Promise.resolve('opened')).catch((e: unknown) =>
        e instanceof ZipFormError ? e.reason : e,
      );
    expect(await reason(await foreign(['b', 'a']))).toBe('order');
    expect(await reason(await foreign(['a', 'a']))).toBe('order');
    expect(await reason(await foreign(['bundle.json', 'close.json']))).toBe('order');
    expect(await reason(await foreign(['a/../b']).catch(() => foreign(['.hidden'])))).toBe('path');
    expect(await reason(await foreign(['a'], true))).toBe('compressed');
    const stored = await foreign(['a', 'b']);
    expect(await opened(stored, (reader) => reader.findDeviation())).toMatchObject({ path: 'a' });
  });

  it('refuses to write what is not canonical', () => {
    const of = (...paths: string[]) =>
      paths.map((path) => ({ path, size: 0, open: () => Readable.from([]) }));
    expect(() => canonicalZip(of('b', 'a'))).toThrow(RangeError);
    expect(() => canonicalZip(of('a', 'a'))).toThrow(RangeError);
    expect(() => canonicalZip(of('bundle.json', 'z'))).toThrow(RangeError);
    for (const path of ['', '/a', 'a/', '../a', 'a//b', '.a', 'a\\b', 'é', 'a/./b', 'c:x'])
      expect({ path, ok: isBundlePath(path) }).toEqual({ path, ok: false });
  });

  it('fails when an entry has another size, or its source fails', async () => {
    const short = [{ path: 'a', size: 5, open: () => Readable.from([Buffer.from('four')]) }];
    await expect(buffer(canonicalZip(short))).rejects.toThrow('unexpected number of bytes');
    const broken = [
      {
        path: 'a',
        size: 5,
        open: () =>
          new Readable({
            read() {
              this.destroy(new Error('disk gone'));
            },
          }),
      },
    ];
    await expect(buffer(canonicalZip(broken))).rejects.toThrow('disk gone');
    const unopened = [{ path: 'a', size: 5, open: () => Promise.reject(new Error('no such object')) }];
    await expect(buffer(canonicalZip(unopened))).rejects.toThrow('no such object');
  });

  it('closes the source when the reader goes away', async () => {
    const source = new Readable({
      read() {
        // As a file would: not in the same turn, or nothing else ever ran.
        setImmediate(() => this.push(Buffer.alloc(65536)));
      },
    });
    const zip = canonicalZip([{ path: 'a', size: 2 ** 40, open: () => source }]);
    await new Promise<void>((resolve) => zip.once('data', () => resolve()));
    zip.destroy();
    await new Promise<void>((resolve) => source.once('close', () => resolve()));
    expect(source.destroyed).toBe(true);
  });

  it('orders the index last', () => {
    expect(['z', 'bundle.json', 'a'].sort(comparePaths)).toEqual(['a', 'z', 'bundle.json']);
    expect(comparePaths('a', 'a')).toBe(0);
  });
});
