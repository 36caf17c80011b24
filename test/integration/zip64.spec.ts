/** The canonical bundle at the 4 GiB border: what our writer writes, our reader derives again, byte for byte. */
import { Readable } from 'node:stream';
import { ZipReader } from '../../libs/trust/src/bundle-file/index.ts';
import type { ByteSource } from '../../libs/trust/src/bundle-file/index.ts';
import { canonicalZip } from '#trust/node';

const ZEROS = Buffer.alloc(4 * 1024 * 1024);

function* zeros(size: number): Generator<Buffer> {
  for (let at = 0; at < size; at += ZEROS.length) yield ZEROS.subarray(0, Math.min(ZEROS.length, size - at));
}

/** A file whose long runs of zeros take no room: what is not zero is kept with its place. */
class SparseFile implements ByteSource {
  size = 0;
  private readonly kept: { offset: number; bytes: Buffer }[] = [];

  add(bytes: Buffer): void {
    if (!bytes.equals(ZEROS.subarray(0, bytes.length))) this.kept.push({ offset: this.size, bytes });
    this.size += bytes.length;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const until = Math.min(offset + length, this.size);
    const found = new Uint8Array(Math.max(0, until - offset));
    for (const one of this.kept) {
      const from = Math.max(offset, one.offset);
      const end = Math.min(until, one.offset + one.bytes.length);
      if (from < end) found.set(one.bytes.subarray(from - one.offset, end - one.offset), from - offset);
    }
    return Promise.resolve(found);
  }

  flip(offset: number): void {
    const one = this.kept.find(({ offset: at, bytes }) => at <= offset && offset < at + bytes.length);
    if (!one) throw new Error('nothing is kept there');
    one.bytes.writeUInt8(one.bytes.readUInt8(offset - one.offset) ^ 1, offset - one.offset);
  }
}

async function write(size: number): Promise<SparseFile> {
  const small = Buffer.from('{"type":"bundle"}');
  const file = new SparseFile();
  const entries = [
    { path: 'envelopes/abc/E1.sealed', size, open: () => Readable.from(zeros(size)) },
    { path: 'tokens/abc.tst', size: 1, open: () => Readable.from([Buffer.from('x')]) },
    { path: 'bundle.json', size: small.length, open: () => Readable.from([small]) },
  ];
  // A copy: the writer may use a buffer again.
  for await (const piece of canonicalZip(entries)) {
    const bytes = piece as Buffer;
    file.add(bytes.length > 4096 ? bytes : Buffer.from(bytes));
  }
  return file;
}

const ZIP64 = { size: 0xffffffff, more: 8 };
const ZIP32 = { size: 0xfffffffe, more: 0 };

it.each([
  ['the largest entry with 32-bit sizes, and others that begin behind it', ZIP32],
  ['the smallest entry with 64-bit sizes', ZIP64],
])(
  'writes and reads %s',
  async (_, { size, more }) => {
    const file = await write(size);
    const zip = await ZipReader.over(file);
    expect(zip.entries.map((one) => [one.path, one.size])).toEqual([
      ['envelopes/abc/E1.sealed', size],
      ['tokens/abc.tst', 1],
      ['bundle.json', 17],
    ]);
    // Header, content, and a descriptor whose sizes have 4 or 8 bytes each.
    expect(zip.entries[1]?.offset).toBe(30 + 23 + size + 16 + more);
    expect(Buffer.from(await zip.bytes('bundle.json', 100)).toString()).toBe('{"type":"bundle"}');
    expect(await zip.findDeviation()).toBeNull();
    // Of the local header: found at once, without reading the content again.
    file.flip(4);
    expect(await zip.findDeviation()).toEqual({ offset: 4, path: 'envelopes/abc/E1.sealed' });
  },
  300_000,
);
