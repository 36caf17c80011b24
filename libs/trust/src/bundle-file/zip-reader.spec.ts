import { concat, utf8 } from '../encoding/index.ts';
import { crc32 } from './crc32.ts';
import { centralRecord, dataDescriptor, endRecords, localHeader } from './zip-form.ts';
import { ZipReader } from './zip-reader.ts';
import type { ByteSource } from './zip-reader.ts';

const over = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
});

it('has the check value of CRC-32, whatever the pieces', () => {
  const text = utf8.encode('123456789'.repeat(7));
  expect(crc32(utf8.encode('123456789'))).toBe(0xcbf43926);
  const whole = crc32(text);
  for (let cut = 0; cut <= text.length; cut++)
    expect(crc32(text.subarray(cut), crc32(text.subarray(0, cut)))).toBe(whole);
});

it('reads a bundle with more entries than the plain form can count', async () => {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (let n = 0; n < 65_540; n++) {
    const entry = { path: `commits/${String(n).padStart(6, '0')}`, size: 1, offset };
    const content = Uint8Array.of(n & 255);
    const crc = crc32(content);
    const record = concat(localHeader(entry), content, dataDescriptor(entry, crc));
    parts.push(record);
    central.push(centralRecord(entry, crc));
    offset += record.length;
  }
  const directory = concat(...central);
  const bytes = concat(...parts, directory, endRecords(central.length, directory.length, offset));
  const zip = await ZipReader.over(over(bytes));
  expect(zip.entries.length).toBe(65_540);
  expect(await zip.findDeviation()).toBeNull();
  bytes[bytes.length - 60] = 9;
  const finding = await ZipReader.over(over(bytes)).then((read) => read.findDeviation(), String);
  expect(finding).not.toBeNull();
});

describe('a file beyond 4 GiB', () => {
  const GIB = 2 ** 30;
  const entries = [
    { path: 'a', size: 5 * GIB, offset: 0 },
    { path: 'bundle.json', size: 7, offset: 5 * GIB + 100 },
  ];
  const central = entries.map((entry) => centralRecord(entry, 1));
  const start = 5 * GIB + 300;
  const directory = concat(...central);
  const tail = concat(directory, endRecords(2, directory.length, start));
  /** Nothing but the directory is there: what is before it is never asked for. */
  const source: ByteSource = {
    size: start + tail.length,
    read: (offset, length) => Promise.resolve(tail.slice(offset - start, offset - start + length)),
  };

  it('is found by its 64-bit records', async () => {
    expect((await ZipReader.over(source)).entries).toEqual(entries);
  });

  it('is refused where its numbers point outside of any file', async () => {
    const bad = Uint8Array.from(tail);
    bad.fill(255, bad.length - 22 - 20 + 8, bad.length - 22 - 20 + 16);
    const read = (offset: number, length: number) =>
      Promise.resolve(bad.slice(offset - start, offset - start + length));
    await expect(ZipReader.over({ ...source, read })).rejects.toMatchObject({ reason: 'form' });
  });
});
