import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeScalar } from '#trust';
import type { LotSecret } from '#client';
import { runHere } from '../../../../test/support/command.ts';
import { FolderKeystore } from './folder-keystore.ts';

const PASSPHRASE = 'correct horse battery';
const LOT = '5f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
const OTHER = '6f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
const hash = 'A'.repeat(43);
const secret: LotSecret = {
  type: 'trustee-key',
  lot: LOT,
  i: 3,
  org: '914400000000000003',
  cert: hash,
  x: encodeScalar(123456789n),
  terms: hash,
  lotKeyHash: null,
  close: null,
  adds: null,
};
let folder: string;
let keystore: FolderKeystore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-keystore-'));
  keystore = await FolderKeystore.open(join(folder, 'keys'), PASSPHRASE, { m: 256, t: 1, p: 1 });
  await keystore.save(secret);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('gives back what it keeps, also to a later process with the passphrase, and to nobody else', async () => {
  const again = await FolderKeystore.open(join(folder, 'keys'), PASSPHRASE);
  expect(await again.load(LOT)).toEqual(secret);
  expect(await again.lots()).toEqual([LOT]);
  expect(await again.load(OTHER)).toBeNull();
  await expect(FolderKeystore.open(join(folder, 'keys'), 'another passphrase')).rejects.toMatchObject({
    code: 'KEYSTORE.PASSPHRASE',
  });
});

it('shows nothing of a key on the disk', async () => {
  for (const name of await readdir(join(folder, 'keys'), { recursive: true })) {
    const text = await readFile(join(folder, 'keys', name), 'utf8').catch(() => '');
    expect(text).not.toContain(secret.x);
    expect(text).not.toContain(PASSPHRASE);
  }
});

it('refuses a file that was altered, or put under another lot', async () => {
  const path = join(folder, 'keys', 'lots', `${LOT}.json`);
  const text = await readFile(path, 'utf8');
  const entry = JSON.parse(text) as { box: string };
  await writeFile(
    path,
    text.replace(entry.box, `${entry.box.startsWith('A') ? 'B' : 'A'}${entry.box.slice(1)}`),
  );
  await expect(keystore.load(LOT)).rejects.toMatchObject({ code: 'KEYSTORE.DAMAGED' });
  await writeFile(path, text);
  await writeFile(join(folder, 'keys', 'lots', `${OTHER}.json`), text.replace(LOT, OTHER));
  await expect(keystore.load(OTHER)).rejects.toMatchObject({ code: 'KEYSTORE.DAMAGED' });
});

it('takes no path for a lot, and no short passphrase', async () => {
  await expect(keystore.load('../../etc')).rejects.toMatchObject({ code: 'KEYSTORE.LOT' });
  await expect(FolderKeystore.open(join(folder, 'new'), 'short')).rejects.toMatchObject({
    code: 'KEYSTORE.PASSPHRASE_SHORT',
  });
});

it('goes to another keystore in one sealed file, and comes back; a destroyed key does not', async () => {
  const at = (name: string): string => join(folder, name);
  const run = async (command: string, keystore: string, organisation = secret.org) =>
    (
      await runHere([
        'trustee',
        command,
        at('copy.json'),
        '--keystore',
        at(keystore),
        '--passphrase-file',
        at('passphrase'),
        ...(command === 'import' ? ['--organisation', organisation] : []),
      ])
    ).data;
  await writeFile(at('passphrase'), PASSPHRASE);
  await rm(join(folder, 'keys', 'lots', `${OTHER}.json`), { force: true });
  const second = await FolderKeystore.open(at('second'), PASSPHRASE, { m: 256, t: 1, p: 1 });
  await run('export', 'keys');
  // Whoever made the file may know a key that no record binds.
  expect(await run('import', 'second')).toMatchObject({ lots: [], unbound: [LOT] });
  const bound = { ...secret, lotKeyHash: hash };
  await keystore.save(bound);
  expect(await run('export', 'keys')).toMatchObject({ lots: [LOT] });
  expect(await readFile(at('copy.json'), 'utf8')).not.toContain(secret.x);
  expect(await run('import', 'second', '914400000000000004')).toMatchObject({
    ok: false,
    code: 'KEYSTORE.OTHER_ORGANISATION',
  });
  expect(await second.load(LOT)).toBeNull();
  expect(await run('import', 'second')).toEqual({ ok: true, lots: [LOT], destroyed: [], unbound: [] });
  expect(await second.load(LOT)).toEqual(bound);
  await second.save({ ...bound, x: encodeScalar(5n) });
  expect(await run('import', 'second')).toMatchObject({ ok: false, code: 'KEYSTORE.OTHER_KEY' });
  await second.keepStatement(LOT, new Uint8Array([1]));
  await second.destroy(LOT);
  expect(await run('import', 'second')).toEqual({ ok: true, lots: [], destroyed: [LOT], unbound: [] });
  expect(await second.load(LOT)).toBeNull();
});

it('destroys a key for good', async () => {
  await keystore.destroy(LOT);
  expect(await keystore.load(LOT)).toBeNull();
  expect(await keystore.lots()).not.toContain(LOT);
});

it('takes a key that cannot be read for damaged, never for one that was not made yet', async () => {
  const third = '7f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
  await mkdir(join(keystore.folder, 'lots', `${third}.json`));
  await expect(keystore.load(third)).rejects.toMatchObject({ code: 'KEYSTORE.DAMAGED' });
});
