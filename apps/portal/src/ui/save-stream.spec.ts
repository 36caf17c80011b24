import type { Way } from './save-stream.ts';

const pieces = [new Uint8Array(70_000).fill(1), new Uint8Array(30_000).fill(2)];

/** A file of a browser: what was written counts only when it was closed. */
class OneFile {
  readonly name = 'one';
  content: Blob | null = null;
  aborted = false;
  createWritable(): Promise<WritableStream> {
    const written: Uint8Array<ArrayBuffer>[] = [];
    return Promise.resolve(
      new WritableStream<Uint8Array<ArrayBuffer>>({
        write: (piece) => void written.push(piece),
        close: () => void (this.content = new Blob(written)),
        abort: () => void (this.aborted = true),
      }),
    );
  }
  getFile(): Promise<Blob | null> {
    return Promise.resolve(this.content);
  }
}

const page = globalThis as { window?: object; navigator?: object };
const withPicker = (showSaveFilePicker?: () => Promise<OneFile>): void => {
  page.window = { location: { origin: 'http://localhost' }, showSaveFilePicker };
};
const withOwnFiles = (file: object | null): void => {
  const folder = {
    values: () => [],
    getFileHandle: () => Promise.resolve(file),
  };
  const storage = file
    ? { getDirectory: () => Promise.resolve({ getDirectoryHandle: () => Promise.resolve(folder) }) }
    : {};
  Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
};
withPicker();
const { forgetDownloads, saveStream } = await import('./save-stream.ts');

const answer = (breaks = false): Response =>
  new Response(
    new ReadableStream({
      start: (out) => {
        for (const piece of pieces) out.enqueue(piece);
        if (breaks) out.error(new TypeError('network error'));
        else out.close();
      },
    }),
  );

let handed: Blob[];
let seen: number[];
const save = (open: () => Promise<Response>): Promise<Way | null> =>
  saveStream({
    name: 'evidence.zip',
    open,
    progress: (bytes) => seen.push(bytes),
    now: 0,
    hand: (content) => handed.push(content),
  });

beforeEach(() => {
  [handed, seen] = [[], []];
  withPicker();
  withOwnFiles(null);
});

it('takes away what it left among the files of the origin, where there are such', async () => {
  const removed: unknown[] = [];
  const root = { removeEntry: (...what: unknown[]) => Promise.resolve(removed.push(what)) };
  const storage = { getDirectory: () => Promise.resolve(root) };
  Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
  await forgetDownloads();
  expect(removed).toEqual([['downloads', { recursive: true }]]);
  withOwnFiles(null);
  await forgetDownloads();
});

it('writes into the file that the reader chose, piece by piece', async () => {
  const file = new OneFile();
  withPicker(() => Promise.resolve(file));
  expect(await save(() => Promise.resolve(answer()))).toBe('file');
  expect([file.content?.size, handed, seen]).toEqual([100_000, [], [70_000, 100_000]]);
});

it('asks for nothing where the reader closes the dialog', async () => {
  withPicker(() => Promise.reject(new DOMException('closed', 'AbortError')));
  expect(await save(() => Promise.reject(new Error('was asked for')))).toBeNull();
});

it('leaves nothing behind that looks whole where the answer breaks off', async () => {
  const file = new OneFile();
  withPicker(() => Promise.resolve(file));
  await expect(save(() => Promise.resolve(answer(true)))).rejects.toMatchObject({ status: 0 });
  expect([file.aborted, file.content]).toEqual([true, null]);
});

it('goes over a file of its own where there is no dialog, and hands that on', async () => {
  const file = new OneFile();
  withOwnFiles(file);
  expect(await save(() => Promise.resolve(answer()))).toBe('disk');
  expect(handed).toEqual([file.content]);
  withOwnFiles(new OneFile());
  await expect(save(() => Promise.resolve(answer(true)))).rejects.toMatchObject({ status: 0 });
  expect(handed).toHaveLength(1);
});

it('holds it in memory where the browser can do neither, and says so', async () => {
  expect(await save(() => Promise.resolve(answer()))).toBe('memory');
  expect(handed[0]?.size).toBe(100_000);
});
