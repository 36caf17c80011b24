import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, addMs, installFaultHook } from '#kernel';
import { makeLot, sheetOf } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { b64u, canonicalBytes, hashText } from '../encoding/index.ts';
import type { Signer } from '../pki/index.ts';
import { createDevelopmentCa } from '../pki/index.ts';
import { openBidIdentity } from '../seal/bid-identity.ts';
import { envelopeContext, envelopeKey, openEnvelope } from '../seal/envelope.ts';
import { recoveryWords, seedFromWords } from '../seal/seed.ts';
import { bidLabel, combineShares, keyOfSecretPoint, openShare } from '../threshold/index.ts';
import { MemorySink } from '../package/member-sink.ts';
import { FolderSink } from './member-sink.ts';
import { openEnvelopeFile } from './open-envelope-file.ts';
import { openPackageContent, openPackageStatement, unlockPackage } from './open-package.ts';
import { readPackage, readSecrets, sealedFileOf, seedOf, spoilPackage } from './package-folder.ts';
import { nodeAead } from './segment-cipher.ts';
import { sealPackage } from './seal-package.ts';
import type { SealedPackage } from './seal-package.ts';
import type { SealFile } from './original-file.ts';
import { selfTest, selfTestHere } from './self-test.ts';

let folder: string;
let lot: LotFixture;
let bidder: Signer;
let sealed: SealedPackage;

const sheetFile = (signer: Signer): SealFile => ({
  path: 'opening-sheet.json',
  from: { bytes: canonicalBytes(sheetOf(signer)) },
});

async function seal(name: string, more: readonly SealFile[] = []): Promise<SealedPackage> {
  return sealPackage({
    lotKey: lot.lotKey,
    documents: lot.documents,
    envelopes: { E0: [sheetFile(bidder)], E1: [...more] },
    signer: bidder,
    supersedes: null,
    outDir: join(folder, name),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-seal-'));
  lot = await makeLot();
  bidder = await lot.bidder(1);
  await writeFile(join(folder, 'large.bin'), randomBytes(5_300_000));
  await writeFile(join(folder, 'empty.txt'), '');
  sealed = await seal('bid', [
    { path: '技术标/施工组织设计.bin', from: { file: join(folder, 'large.bin') } },
    { path: 'empty.txt', from: { file: join(folder, 'empty.txt') } },
  ]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a sealed package', () => {
  it('opens again by its seed, file for file', async () => {
    const found = await readPackage(sealed.folder);
    const unlocked = unlockPackage(found, seedOf(await readSecrets(sealed.folder)));
    const statement = await openPackageStatement(unlocked);
    const out = join(folder, 'opened');
    await openPackageContent(unlocked, statement, 'E1', new FolderSink(out));
    const original = await readFile(join(folder, 'large.bin'));
    expect((await readFile(join(out, '技术标/施工组织设计.bin'))).equals(original)).toBe(true);
    expect((await stat(join(out, 'empty.txt'))).size).toBe(0);
  });

  it('opens by the 24 words alone, and by no other words', async () => {
    const found = await readPackage(sealed.folder);
    const words = recoveryWords(seedOf(await readSecrets(sealed.folder)));
    expect(() => unlockPackage(found, seedFromWords(words.toUpperCase()))).not.toThrow();
    expect(() => unlockPackage(found, new Uint8Array(32))).toThrow('SEAL.WRONG_SEED');
  });

  it('opens to the same key with any three trustees and not with a wrong set', async () => {
    const dealing = sealed.commit.dealings[2]!;
    const label = bidLabel(sealed.commit, dealing.stage, dealing.audience);
    const sharesOf = (seats: number[]) =>
      seats.map((i) => {
        const context = {
          type: 'bid' as const,
          lotKeyHash: b64u.decode(lot.lotKeyHash),
          c: b64u.decode(sealed.c),
          stage: dealing.stage,
          audience: dealing.audience,
          i,
        };
        const share = openShare({ x: lot.secrets[i - 1]!, dealing, context, random: (n) => randomBytes(n) });
        return { i, D: share.D };
      });
    const reference = sealed.commit.envelopes.find(({ e }) => e === 'E1')!;
    const open = async (shares: { i: number; D: string }[], k: number) => {
      const key = envelopeKey(keyOfSecretPoint(combineShares(shares, k), label), 'E1');
      const sink = new MemorySink(16 * 1024 * 1024);
      const source = { file: sealedFileOf(sealed.folder, 'E1') };
      const context = envelopeContext(label, 'E1');
      const root = b64u.decode(reference.root);
      await openEnvelopeFile({ e: 'E1', key, context, source, root, length: reference.length, sink });
      return sink.files.size;
    };
    await expect(open(sharesOf([2, 4, 5]), 3)).resolves.toBe(2);
    await expect(open(sharesOf([1, 2]), 2)).rejects.toMatchObject({
      code: 'SEAL.WRONG_KEY',
      blame: 'bidder',
    });
  });

  it('keeps the secrets from other users and out of every other file', async () => {
    expect((await stat(join(sealed.folder, 'private.json'))).mode & 0o777).toBe(0o600);
    const seed = (await readSecrets(sealed.folder)).seed;
    for (const name of (await readdir(sealed.folder)).filter((file) => file !== 'private.json')) {
      expect((await readFile(join(sealed.folder, name))).includes(seed)).toBe(false);
    }
  });

  it('passes its self-test in a fresh process', async () => {
    await expect(selfTest(sealed.folder)).resolves.toEqual({
      ok: true,
      c: sealed.c,
      files: 3,
      bytes: expect.any(Number) as number,
      dealings: 3,
      code: null,
      facts: {},
    });
  });

  it('is opened from a stream of any pieces, as from a file', async () => {
    const found = await readPackage(sealed.folder);
    const { keys, dealings } = unlockPackage(found, seedOf(await readSecrets(sealed.folder)));
    expect(keys.wkSecret).toHaveLength(32);
    const reference = found.commit.envelopes[0]!;
    const bytes = new Uint8Array(await readFile(sealedFileOf(sealed.folder, 'I')));
    async function* stream() {
      for (let at = 0; at < bytes.length; at += 1000) yield Promise.resolve(bytes.subarray(at, at + 1000));
    }
    const sink = new MemorySink();
    const label = bidLabel(found.commit, 0, 'public');
    const cipher = { key: envelopeKey(dealings[0]!.K(), 'I'), context: envelopeContext(label, 'I') };
    const root = b64u.decode(reference.root);
    const source = { stream };
    await openEnvelopeFile({ e: 'I', ...cipher, source, root, length: reference.length, sink });
    expect([...sink.files.keys()]).toEqual(['identity.json', 'identity.p7s', 'chain.pem']);
  });
});

describe('an altered package', () => {
  const flip = async (file: string, at: number): Promise<() => Promise<void>> => {
    const before = await readFile(file);
    const after = Buffer.from(before);
    after[at] = (after[at] ?? 0) ^ 0x20;
    await writeFile(file, after);
    return () => writeFile(file, before);
  };

  it.each(['I', 'E0', 'E1'] as const)(
    'is refused when a byte of %s is flipped: the storer is to blame',
    async (e) => {
      const file = sealedFileOf(sealed.folder, e);
      const { size } = await stat(file);
      for (const at of [30, Math.floor(size / 2), size - 1]) {
        const restore = await flip(file, at);
        await expect(selfTestHere(sealed.folder)).resolves.toMatchObject({ ok: false, code: 'SEAL.ROOT' });
        await restore();
      }
    },
  );

  it('is refused when a byte of COMMIT is flipped, wherever', async () => {
    const file = join(sealed.folder, 'commit.json');
    const { size } = await stat(file);
    for (let at = 3; at < size; at += 97) {
      const restore = await flip(file, at);
      const report = await selfTestHere(sealed.folder);
      await restore();
      expect(report.ok).toBe(false);
    }
  });

  it('is refused when an envelope is cut at any boundary', async () => {
    const file = sealedFileOf(sealed.folder, 'E0');
    const whole = await readFile(file);
    for (const length of [
      0,
      24,
      55,
      56,
      72,
      56 + 16_400,
      56 + 2 * 16_400,
      whole.length - 16,
      whole.length - 1,
    ]) {
      await writeFile(file, whole.subarray(0, length));
      const report = await selfTestHere(sealed.folder);
      await writeFile(file, whole);
      expect(report).toMatchObject({ ok: false, code: 'SEAL.PACKAGE' });
    }
    await expect(selfTestHere(sealed.folder)).resolves.toMatchObject({ ok: true });
  });

  it('fails the self-test when an original differs or is gone', async () => {
    const original = await readFile(join(folder, 'large.bin'));
    await writeFile(join(folder, 'large.bin'), Buffer.concat([original.subarray(1), Buffer.from('x')]));
    await expect(selfTestHere(sealed.folder)).resolves.toMatchObject({ ok: false, code: 'SEAL.DIFFERS' });
    await rm(join(folder, 'large.bin'));
    await expect(selfTestHere(sealed.folder)).resolves.toMatchObject({ code: 'SEAL.ORIGINAL_MISSING' });
    await writeFile(join(folder, 'large.bin'), original);
  });
});

describe('sealing', () => {
  it('leaves nothing that looks complete when it is interrupted at any point', async () => {
    const points: string[] = [];
    installFaultHook((point) => void points.push(point));
    await seal('whole');
    const stops = [...new Set(points)].filter((point) => point !== 'seal.package.renamed');
    expect(stops).toEqual(
      expect.arrayContaining(['seal.envelope.fsynced', 'seal.private.fsynced', 'seal.commit.fsynced']),
    );
    for (const stop of stops) {
      installFaultHook((point) => {
        if (point === stop) throw new Error(`stopped at ${stop}`);
      });
      await expect(seal('interrupted')).rejects.toThrow(stop);
      await expect(access(join(folder, 'interrupted'))).rejects.toThrow();
    }
    installFaultHook(null);
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('never writes over a package', async () => {
    await expect(seal('bid')).rejects.toMatchObject({ code: 'SEAL.EXISTS' });
  });

  it('refuses a sheet in another name, and none', async () => {
    const other = await lot.bidder(2);
    const attempt = (files: readonly SealFile[]) =>
      sealPackage({
        lotKey: lot.lotKey,
        documents: lot.documents,
        envelopes: { E0: files, E1: [] },
        signer: bidder,
        supersedes: null,
        outDir: join(folder, 'never'),
      });
    await expect(attempt([sheetFile(other)])).rejects.toMatchObject({ code: 'SEAL.SHEET' });
    await expect(attempt([])).rejects.toMatchObject({ code: 'SEAL.SHEET' });
  });

  it('refuses names that leave the folder or hide what they are', async () => {
    for (const path of [
      '../a',
      '/a',
      'a/../b',
      'a//b',
      'C:/a',
      'a\\b',
      '.',
      'con',
      'a.',
      'x\u202egpj.exe',
      'manifest.json',
    ]) {
      await expect(seal('never', [{ path, from: { bytes: new Uint8Array(1) } }])).rejects.toMatchObject({
        code: expect.stringMatching(/^SEAL\.MEMBER_/) as string,
      });
    }
    const twice = ['文件/a.txt', '文件/A.txt'].map((path) => ({ path, from: { bytes: new Uint8Array(1) } }));
    await expect(seal('never', twice)).rejects.toMatchObject({ code: 'SEAL.MEMBER_DUPLICATE' });
  });

  it('marks a spoiled package for good', async () => {
    const spoiled = await seal('spoiled');
    await spoilPackage(spoiled.folder);
    await spoilPackage(spoiled.folder);
    expect((await readPackage(spoiled.folder)).spoiled).toBe(true);
  });

  it('seals a withdrawal of everything as I alone', async () => {
    const made = await sealPackage({
      lotKey: lot.lotKey,
      documents: lot.documents,
      envelopes: {},
      signer: bidder,
      supersedes: null,
      withdraw: 'all',
      outDir: join(folder, 'withdraw-all'),
    });
    expect(made.commit.envelopes.map(({ e }) => e)).toEqual(['I']);
    await expect(selfTestHere(made.folder)).resolves.toMatchObject({ ok: true, dealings: 1 });
  });

  it('reports a file that cannot be read and leaves nothing', async () => {
    await mkdir(join(folder, 'a-folder'));
    await chmod(join(folder, 'a-folder'), 0o755);
    await expect(
      seal('never', [{ path: 'x', from: { file: join(folder, 'a-folder') } }]),
    ).rejects.toMatchObject({
      code: 'SEAL.NOT_A_FILE',
    });
    await expect(access(join(folder, 'never'))).rejects.toThrow();
  });
});

describe('the identity envelope', () => {
  let payload: Uint8Array;
  beforeAll(async () => {
    const found = await readPackage(sealed.folder);
    const { dealings } = unlockPackage(found, seedOf(await readSecrets(sealed.folder)));
    const context = envelopeContext(dealings[0]!.label, 'I');
    const cipher = { key: envelopeKey(dealings[0]!.K(), 'I'), context, aead: nodeAead };
    const pieces: Uint8Array[] = [];
    for await (const piece of openEnvelope(cipher, [await readFile(sealedFileOf(sealed.folder, 'I'))])) {
      pieces.push(piece);
    }
    payload = new Uint8Array(Buffer.concat(pieces));
  });

  const question = async (change: Record<string, unknown> = {}) => ({
    payload,
    commit: sealed.commit,
    documents: [hashText('documents', lot.documents)],
    roots: [lot.ca.certificate],
    crls: [
      await lot.ca.issueCrl({ number: 1, thisUpdate: lot.now, nextUpdate: addMs(lot.now, DAY), revoked: [] }),
    ],
    at: lot.now,
    crlsAt: lot.now,
    ...change,
  });

  it('names the bidder', async () => {
    const result = openBidIdentity(await question());
    expect(result).toMatchObject({ ok: true, value: { name: '投标人 1', creditCode: '914400000000000101' } });
  });

  it('is refused under other roots, other documents, another COMMIT', async () => {
    const stranger = await createDevelopmentCa({
      name: 'x',
      notBefore: lot.now,
      notAfter: addMs(lot.now, DAY),
    });
    const codes = [
      openBidIdentity(await question({ roots: [stranger.certificate] })),
      openBidIdentity(await question({ documents: [] })),
      openBidIdentity(await question({ commit: { ...sealed.commit, wk: sealed.commit.bidNonce } })),
      openBidIdentity(await question({ crls: [] })),
    ].map((result) => (result.ok ? 'ok' : result.error.code));
    expect(codes).toEqual([
      'IDENTITY.CERTIFICATE',
      'IDENTITY.DOCUMENTS',
      'IDENTITY.STATEMENT',
      'IDENTITY.CERTIFICATE',
    ]);
  });

  it('is refused when any byte before its manifest is flipped', async () => {
    const base = await question();
    const end = Buffer.from(payload).indexOf('manifest.json\0');
    for (let at = 0; at <= end; at += 41) {
      const bad = payload.slice();
      bad[at] = (bad[at] ?? 0) ^ 1;
      expect(openBidIdentity({ ...base, payload: bad }).ok).toBe(false);
    }
  });
});
