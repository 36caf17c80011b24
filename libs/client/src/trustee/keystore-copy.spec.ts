import { canonicalBytes, encodeScalar } from '#trust';
import { KeystoreCipher } from './keystore-cipher.ts';
import { mergeSecrets, openCopy, takeCopied, writeCopy } from './keystore-copy.ts';
import { Keystore } from './keystore.ts';
import type { LotSecret } from './keystore.ts';

const hash = (letter: string): string => letter.repeat(42) + 'A';
const secret: LotSecret = {
  type: 'trustee-key',
  lot: '5f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
  i: 3,
  org: '914400000000000003',
  cert: hash('c'),
  x: encodeScalar(123456789n),
  terms: hash('t'),
  lotKeyHash: null,
  close: null,
  adds: null,
};
const COST = { m: 8, t: 1, p: 1 };

it('carries every key, sealed, to whoever knows the passphrase', async () => {
  const cipher = await KeystoreCipher.create('a passphrase', COST);
  const bytes = writeCopy(cipher.header, [await cipher.seal(secret)]);
  expect(await openCopy(bytes, 'a passphrase')).toEqual([secret]);
  expect(new TextDecoder().decode(bytes)).not.toContain(secret.x);
  await expect(openCopy(bytes, 'another one')).rejects.toMatchObject({ code: 'KEYSTORE.PASSPHRASE' });
  const other = new TextEncoder().encode(new TextDecoder().decode(bytes).replace('5f0c1a2b', '6f0c1a2b'));
  await expect(openCopy(other, 'a passphrase')).rejects.toMatchObject({ code: 'KEYSTORE.DAMAGED' });
  await expect(openCopy(bytes.slice(1), 'a passphrase')).rejects.toMatchObject({ code: 'KEYSTORE.COPY' });
});

it.each([{ m: 65_537 }, { t: 5 }])('is refused before a costly guess is made: %j', async (more) => {
  const { header } = await KeystoreCipher.create('a passphrase', COST);
  const keystore = JSON.parse(new TextDecoder().decode(header)) as { argon2id: typeof COST };
  const costly = canonicalBytes({ ...keystore, argon2id: { ...COST, ...more } });
  await expect(openCopy(writeCopy(costly, []), 'a passphrase')).rejects.toMatchObject({
    code: 'KEYSTORE.COPY',
  });
});

/** A keystore as good as a folder or a browser's database, while the process lasts. */
class MemoryKeystore extends Keystore {
  readonly held = new Map<string, LotSecret>();
  readonly statements = new Map<string, Uint8Array>();
  load = (lot: string) => Promise.resolve(this.held.get(lot) ?? null);
  save = (kept: LotSecret) => Promise.resolve(void this.held.set(kept.lot, kept));
  destroy = (lot: string) => Promise.resolve(void this.held.delete(lot));
  keepStatement = (lot: string, bytes: Uint8Array) => Promise.resolve(void this.statements.set(lot, bytes));
  statement = (lot: string) => Promise.resolve(this.statements.get(lot) ?? null);
  statementFiled = () => Promise.resolve();
}

describe('the keys of a copy', () => {
  const bound = { ...secret, lotKeyHash: hash('l') };
  const other = { ...bound, lot: '6f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b' };

  it('are taken where a key record binds them, or where they are known here', async () => {
    const keystore = new MemoryKeystore();
    const left = { lots: [], destroyed: [], unbound: [secret.lot] };
    expect(await takeCopied(keystore, [secret], secret.org)).toEqual(left);
    expect(keystore.held.size).toBe(0);
    const taken = { lots: [secret.lot], destroyed: [], unbound: [] };
    expect(await takeCopied(keystore, [bound], secret.org)).toEqual(taken);
    expect(await takeCopied(keystore, [secret], secret.org)).toEqual(taken);
    expect(await keystore.load(secret.lot)).toEqual(bound);
  });

  it('do not come back after their destruction', async () => {
    const keystore = new MemoryKeystore();
    await keystore.keepStatement(secret.lot, new Uint8Array([1]));
    const left = { lots: [], destroyed: [secret.lot], unbound: [] };
    expect(await takeCopied(keystore, [bound], secret.org)).toEqual(left);
    expect(keystore.held.size).toBe(0);
  });

  it('change nothing where one is of another organisation', async () => {
    const keystore = new MemoryKeystore();
    const foreign = { ...other, org: '914400000000000004' };
    await expect(takeCopied(keystore, [bound, foreign], secret.org)).rejects.toMatchObject({
      code: 'KEYSTORE.OTHER_ORGANISATION',
    });
    expect(keystore.held.size).toBe(0);
  });
});

describe('two copies of one key', () => {
  it('are bound to what either was bound to, and remember the later deadline', () => {
    const bound = { ...secret, lotKeyHash: hash('l'), close: hash('C'), adds: hash('a') };
    const moved = { ...secret, deadline: { sequence: 2, hash: hash('d') } };
    const both = { ...bound, deadline: moved.deadline };
    expect(mergeSecrets(bound, moved)).toEqual(both);
    expect(mergeSecrets(moved, bound)).toEqual(both);
    const earlier = { ...secret, deadline: { sequence: 1, hash: hash('e') } };
    expect(mergeSecrets(moved, earlier).deadline).toEqual(moved.deadline);
    expect(mergeSecrets(earlier, moved).deadline).toEqual(moved.deadline);
  });

  it.each([
    ['another key', { x: encodeScalar(5n) }, 'KEYSTORE.OTHER_KEY'],
    ['other terms', { terms: hash('u') }, 'KEYSTORE.OTHER_KEY'],
    ['another CLOSE', { close: hash('D') }, 'KEYSTORE.OTHER_MEMORY'],
    ['other additions', { adds: hash('b') }, 'KEYSTORE.OTHER_MEMORY'],
    ['another key record', { lotKeyHash: hash('m') }, 'KEYSTORE.OTHER_MEMORY'],
    ['another change', { deadline: { sequence: 1, hash: hash('f') } }, 'KEYSTORE.OTHER_MEMORY'],
  ])('that differ are not made one: %s', (_, change, code) => {
    const deadline = { sequence: 1, hash: hash('d') };
    const known = { ...secret, lotKeyHash: hash('l'), close: hash('C'), adds: hash('a'), deadline };
    expect(() => mergeSecrets(known, { ...known, ...change })).toThrow(expect.objectContaining({ code }));
  });
});
