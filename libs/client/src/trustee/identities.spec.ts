import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, addMs } from '#kernel';
import { canonicalBytes, concat, envelopeContext, envelopeKey, hashText, openEnvelope } from '#trust';
import type { Commit, DevelopmentCa } from '#trust';
import {
  nodeAead,
  readPackage,
  readSecrets,
  sealPackage,
  sealedFileOf,
  seedOf,
  unlockPackage,
} from '#trust/node';
import { emptyCrl, makeLot, sheetOf, testCreditCode } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { judgeIdentity } from './identities.ts';

let folder: string;
let lot: LotFixture;
let commit: Commit;
let payload: Uint8Array;
let regional: DevelopmentCa;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-identities-'));
  lot = await makeLot();
  const validity = { notBefore: addMs(lot.now, -DAY), notAfter: addMs(lot.now, 30 * DAY) };
  regional = await lot.ca.issueAuthority({ name: 'Regional authority', ...validity });
  const subject = { organisation: '投标人 1', creditCode: testCreditCode(101), person: '张三' };
  const signer = await regional.issueSigner({ subject, ...validity });
  const sheet = { path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheetOf(signer)) } };
  const sealed = await sealPackage({
    lotKey: lot.lotKey,
    documents: lot.documents,
    envelopes: { E0: [sheet], E1: [] },
    signer,
    supersedes: null,
    outDir: join(folder, 'bid'),
  });
  commit = sealed.commit;
  const unlocked = unlockPackage(await readPackage(sealed.folder), seedOf(await readSecrets(sealed.folder)));
  const [first] = unlocked.dealings;
  if (!first) throw new Error('no dealing');
  const cipher = {
    key: envelopeKey(first.K(), 'I'),
    context: envelopeContext(first.label, 'I'),
    aead: nodeAead,
  };
  const pieces: Uint8Array[] = [];
  const file = new Uint8Array(await readFile(sealedFileOf(sealed.folder, 'I')));
  for await (const piece of openEnvelope(cipher, [file])) pieces.push(piece);
  payload = concat(...pieces);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const question = async () => ({
  payload,
  commit,
  documents: [hashText('documents', lot.documents)],
  roots: [lot.ca.certificate],
  crls: [await emptyCrl(lot.ca, lot.now), await emptyCrl(regional, lot.now)],
  at: lot.now,
  crlsAt: lot.now,
});

describe('a trustee that judges identities by the lists that CLOSE names', () => {
  it('takes a good one, and lays a wrong one to its bidder', async () => {
    expect(judgeIdentity(await question())).toMatchObject({ ok: true, name: '投标人 1' });
    expect(judgeIdentity({ ...(await question()), documents: [] })).toEqual({
      ok: false,
      fault: 'bidder',
      reason: 'IDENTITY.DOCUMENTS',
    });
  });

  it('refuses a CLOSE that leaves the list of a pinned root out, or names an old one', async () => {
    const old = await lot.ca.issueCrl({
      number: 1,
      thisUpdate: addMs(lot.now, -2 * DAY),
      nextUpdate: addMs(lot.now, -DAY),
      revoked: [],
    });
    const refused = expect.objectContaining({ code: 'EVIDENCE.CLOSE_CRL', blame: 'platform' });
    const asked = await question();
    const [, below] = asked.crls;
    expect(() => judgeIdentity({ ...asked, crls: [below!] })).toThrow(refused);
    expect(() => judgeIdentity({ ...asked, crls: [old, below!] })).toThrow(refused);
  });

  it('lays the missing list of an authority between to the bidder, so that it stops no opening', async () => {
    const asked = await question();
    const invalid = { ok: false, fault: 'bidder', reason: 'IDENTITY.CERTIFICATE' };
    expect(judgeIdentity({ ...asked, crls: asked.crls.slice(0, 1) })).toEqual(invalid);
  });
});
