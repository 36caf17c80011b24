import { listStored, lockOf } from './package-store.ts';

type Entry = string | DOMException;

/** What a browser gives a page: folders of files, some of which cannot be read, and the locks that are held. */
const disk = new Map<string, Map<string, Entry>>();
const held = new Set<string>();
const missing = (): DOMException => new DOMException('no such entry', 'NotFoundError');
const unreadable = (): DOMException => new DOMException('busy', 'NotReadableError');

const folderOf = (id: string) => ({
  getFileHandle: (name: string) => {
    const entry = disk.get(id)?.get(name) ?? missing();
    if (entry instanceof DOMException) return Promise.reject(entry);
    return Promise.resolve({ getFile: () => Promise.resolve(new Blob([entry])) });
  },
});
const own = {
  keys: () => [...disk.keys()],
  getDirectoryHandle: (id: string) =>
    disk.has(id) ? Promise.resolve(folderOf(id)) : Promise.reject(missing()),
  removeEntry: (id: string) => Promise.resolve(void disk.delete(id)),
};
const into = (next: unknown) => ({ getDirectoryHandle: () => Promise.resolve(next) });
const navigator = {
  storage: { getDirectory: () => Promise.resolve(into(into(own))) },
  locks: {
    query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
    request: (name: string, _: unknown, work: (lock: object | null) => Promise<void>) =>
      work(held.has(name) ? null : {}),
  },
};

const ORGANISATION = '914400000000000101';
const note = JSON.stringify({
  lot: 'l',
  lotName: '',
  projectName: '',
  sealedAt: 1,
  files: [],
  replaces: null,
});
const receipt = JSON.stringify({ stored: {} });
const whole = { 'note.json': note, 'commit.json': '{}', 'receipt.json': receipt };
const put = (id: string, files: Readonly<Record<string, Entry>>): void =>
  void disk.set(id, new Map(Object.entries(files)));

beforeAll(() => Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true }));
beforeEach(() => {
  disk.clear();
  held.clear();
});

it('reads a whole package', async () => {
  put('a', whole);
  const { whole: found, damaged } = await listStored(ORGANISATION);
  expect(found).toMatchObject([{ place: { id: 'a' }, note: { lot: 'l' }, state: 'submitted' }]);
  expect(damaged).toEqual([]);
});

it('removes what a sealing left behind, and nothing that is being made', async () => {
  put('a', { 'note.json': note });
  put('b', { 'note.json': note });
  held.add(lockOf({ organisation: ORGANISATION, id: 'b' }));
  expect(await listStored(ORGANISATION)).toEqual({ whole: [], damaged: [] });
  expect([...disk.keys()]).toEqual(['b']);
});

it.each([
  ['COMMIT cannot be read', { ...whole, 'commit.json': unreadable() }],
  ['COMMIT is cut off', { ...whole, 'commit.json': '{"ty' }],
  ['COMMIT is gone and a receipt is there', { 'note.json': note, 'receipt.json': receipt }],
  ['COMMIT is gone and a receipt cannot be read', { 'note.json': note, 'receipt.json': unreadable() }],
  ['the receipt is cut off', { ...whole, 'receipt.json': '' }],
  ['the receipt of a move cannot be read', { ...whole, 'move-receipt.json': unreadable() }],
])('keeps and shows a package of which %s', async (_, files) => {
  put('a', files);
  const damaged = [{ place: { organisation: ORGANISATION, id: 'a' }, note: JSON.parse(note) as unknown }];
  expect(await listStored(ORGANISATION)).toEqual({ whole: [], damaged });
  expect(disk.has('a')).toBe(true);
});

it('does not know the lot of one whose note is gone too, and keeps it', async () => {
  put('a', { 'commit.json': '{}' });
  put('b', { ...whole, 'note.json': unreadable() });
  const { damaged } = await listStored(ORGANISATION);
  expect(damaged.map((each) => [each.place.id, each.note])).toEqual([
    ['a', null],
    ['b', null],
  ]);
  expect(disk.size).toBe(2);
});
