import { readFileSync } from 'node:fs';
import { answer } from './check-files.ts';
import { fileSource } from './file-source.ts';
import { MAX_RECEIPT_BYTES, textOf } from './limits.ts';
import type { Answer } from './messages.ts';

const roots = readFileSync(
  new URL('../../../../test/vectors/evidence/v1/roots.json', import.meta.url),
  'utf8',
);

/** What is asked of a file, in bytes. */
class Counted extends File {
  readonly asked: number[] = [];

  override slice(start = 0, end = this.size): Blob {
    this.asked.push(end - start);
    return super.slice(start, end);
  }
}

async function check(...files: File[]): Promise<Answer[]> {
  const said: Answer[] = [];
  await answer({ kind: 'check', roots, files, certificates: ['no PEM'] }, (each) => said.push(each));
  return said;
}

it('reads no more of a receipt than a receipt can have', async () => {
  const large = new Counted(['{"a":"', 'x'.repeat(4 * MAX_RECEIPT_BYTES), '"}'], 'receipt.json');
  expect(await check(large)).toEqual([
    { kind: 'cannot', name: 'receipt.json', refused: expect.objectContaining({ code: 'RECORD.TOO_LARGE' }) },
    { kind: 'done' },
  ]);
  expect(large.asked).toEqual([MAX_RECEIPT_BYTES + 1]);
});

it('answers for every file, and ends, whatever is in them', async () => {
  const said = await check(new File(['{}'], 'a.json'), new File(['nothing'], 'b.zip'), new File([], 'c.txt'));
  expect(said.map((each) => [each.kind, 'name' in each ? each.name : ''])).toEqual([
    ['cannot', 'a.json'],
    ['evidence', 'b.zip'],
    ['done', ''],
  ]);
});

it('reads evidence by the piece that is asked for, and counts what it read', async () => {
  const file = new Counted([new Uint8Array(5_000_000)], 'evidence.zip');
  const read: number[] = [];
  const source = fileSource(file, (total) => read.push(total));
  expect((await source.read(1_000_000, 1024)).length).toBe(1024);
  expect((await source.read(4_999_000, 2048)).length).toBe(1000);
  expect([file.asked, read]).toEqual([
    [1024, 2048],
    [1024, 2024],
  ]);
});

it('takes the beginning of a text, and nothing of a file that is gone', async () => {
  expect(await textOf(new Blob(['abcdef']), 4)).toBe('abcd');
  const gone = { slice: () => ({ text: () => Promise.reject(new Error('NotReadableError')) }) };
  expect(await textOf(gone as unknown as Blob, 4)).toBe('');
});
