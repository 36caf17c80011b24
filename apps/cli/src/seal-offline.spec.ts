import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, addMs } from '#kernel';
import { b64u, createDevelopmentCa, formatVkey, writePem } from '#trust';
import { emptyCrl } from '../../../test/support/lot-fixture.ts';
import { runCommand, runHere } from '../../../test/support/command.ts';
import { PASSWORD, makeOfflineLot } from '../../../test/support/offline-lot.ts';
import type { OfflineLot } from '../../../test/support/offline-lot.ts';
import { seal } from './commands/seal.ts';
import { selfTest } from './commands/self-test.ts';

let folder: string;
let offline: OfflineLot;
let p12: string;

const write = async (name: string, json: unknown): Promise<string> => {
  await writeFile(offline.path(name), JSON.stringify(json));
  return offline.path(name);
};

/** The arguments of an honest seal, each of which a test may replace. */
async function sealArgs(out: string, change: { trust?: unknown; lotFile?: unknown; sheet?: unknown } = {}) {
  const sheet = {
    price: '1234567.89',
    currency: 'CNY',
    periodDays: 90,
    quality: '合格',
    manager: '李四',
    guarantee: { kind: 'none', number: '', amount: '0.00' },
    ...(change.sheet as object | undefined),
  };
  return [
    'seal',
    '--trust',
    await write('roots.json', change.trust ?? offline.trust),
    '--lot-file',
    await write('lot.json', change.lotFile ?? offline.lotFile),
    '--p12',
    p12,
    '--sheet',
    await write('sheet.json', sheet),
    '--e1',
    offline.path('bid.txt'),
    '--out',
    offline.path(out),
  ];
}

beforeAll(async () => {
  process.env['GLASSHALL_PASSWORD'] = PASSWORD;
  folder = await mkdtemp(join(tmpdir(), 'glasshall-offline-'));
  offline = await makeOfflineLot(folder);
  p12 = await offline.p12(1);
  await writeFile(offline.path('bid.txt'), '技术标');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('seals offline, tests itself, and shows the recovery code only when asked', async () => {
  const result = await runHere(await sealArgs('bid'));
  expect(result.exit).toBe(0);
  expect(() => seal.schema.parse(result.data)).not.toThrow();
  expect(result.data).toMatchObject({ ok: true, selfTested: true, recoveryCode: null });
  const shown = await runHere([...(await sealArgs('bid-shown')), '--show-recovery-code', '--no-self-test']);
  expect(String(shown.data['recoveryCode']).split(' ')).toHaveLength(24);
});

it('is the real command, with one object and exit codes', async () => {
  const good = await runCommand(['self-test', offline.path('bid')]);
  expect(good).toMatchObject({ exit: 0, data: { ok: true, files: 2, spoiled: false } });
  expect(() => selfTest.schema.parse(good.data)).not.toThrow();
  expect(await runCommand(['self-test', offline.path('nothing')])).toMatchObject({
    exit: 1,
    data: { ok: false, code: 'SEAL.PACKAGE' },
  });
  expect(await runCommand(['seal'])).toMatchObject({ exit: 2, data: { ok: false, code: 'CLI.USAGE' } });
}, 120_000);

it('never submits a spoiled package', async () => {
  await runHere([...(await sealArgs('spoiled')), '--no-self-test']);
  const spoiled = await runHere(['self-test', offline.path('spoiled'), '--spoil']);
  expect(spoiled).toMatchObject({ exit: 0, data: { ok: true, spoiled: true } });
  const args = [
    'submit',
    offline.path('spoiled'),
    '--server',
    'http://127.0.0.1:9',
    '--trust',
    offline.path('roots.json'),
  ];
  expect(await runHere([...args, '--p12', p12])).toMatchObject({ exit: 1, data: { code: 'CLI.SPOILED' } });
});

describe('refuses to seal, and makes no package,', () => {
  const attempt = async (change: Parameters<typeof sealArgs>[1]) => {
    const { exit, data } = await runHere(await sealArgs('never', change));
    await expect(access(offline.path('never'))).rejects.toThrow();
    return { exit, code: data['code'] };
  };
  const lotkey = (change: object) => ({
    ...offline.lotFile,
    lotkey: { ...offline.lotFile.lotkey, ...change },
  });

  it('when it is another lot than the one that was asked for', async () => {
    const { lot } = offline.lot.lotKey;
    const other = await runHere([
      ...(await sealArgs('other-lot')),
      '--lot',
      lot.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ]);
    expect([other.exit, other.data['code']]).toEqual([1, 'LOTKEY.SHAPE']);
    expect((await runHere([...(await sealArgs('this-lot')), '--lot', lot, '--no-self-test'])).exit).toBe(0);
  });

  it('when a trustee’s signature is missing', async () => {
    const { signatures, record } = offline.lot.signed;
    const signed = { record, signatures: signatures.slice(1) };
    expect(await attempt({ lotFile: lotkey({ signed }) })).toEqual({ exit: 1, code: 'LOTKEY.SIGNERS' });
  });

  it('when a trustee’s key was exchanged', async () => {
    const { record, signatures } = offline.lot.signed;
    const [one, two, ...rest] = record.trustees;
    const swapped = [{ ...one, y: two?.y }, two, ...rest];
    const signed = { record: { ...record, trustees: swapped }, signatures };
    expect((await attempt({ lotFile: lotkey({ signed }) })).code).toMatch(/^LOTKEY\./);
  });

  it('when the certificates chain to other roots than the pinned ones', async () => {
    const other = await makeOfflineLot(folder);
    const trust = { ...offline.trust, ca: other.trust['ca'], platform: [offline.lot.lotKeyHash] };
    expect(await attempt({ trust })).toEqual({ exit: 1, code: 'SIGNATURE.UNKNOWN_SIGNER' });
  });

  it('when an authority’s revocation list is missing or old, and takes the reader’s own instead', async () => {
    const { ca, now } = offline.lot;
    const old = { number: 1, thisUpdate: addMs(now, -2 * DAY), nextUpdate: addMs(now, -DAY), revoked: [] };
    const stale = b64u.encode((await ca.issueCrl(old)).der);
    const required = { exit: 1, code: 'EVIDENCE.CRL_REQUIRED' };
    expect(await attempt({ lotFile: { ...offline.lotFile, crls: [] } })).toEqual(required);
    expect(await attempt({ lotFile: { ...offline.lotFile, crls: [stale] } })).toEqual(required);
    await writeFile(offline.path('crls.pem'), writePem('X509 CRL', (await emptyCrl(ca, now)).der));
    const args = await sealArgs('own-list', { lotFile: { ...offline.lotFile, crls: [] } });
    const own = await runHere([...args, '--crls', offline.path('crls.pem'), '--no-self-test']);
    expect(own.exit).toBe(0);
  });

  it('when the bidder’s own authority has no list, or is not below a pinned root', async () => {
    const { ca, now } = offline.lot;
    const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, DAY) };
    const honest = p12;
    const regional = await ca.issueAuthority({ name: 'Regional authority', ...validity });
    p12 = await offline.p12(2, regional);
    expect(await attempt({})).toEqual({ exit: 1, code: 'EVIDENCE.CRL_REQUIRED' });
    p12 = await offline.p12(3, await createDevelopmentCa({ name: 'Another root', ...validity }));
    expect(await attempt({})).toEqual({ exit: 1, code: 'CLI.CERTIFICATE_UNTRUSTED' });
    p12 = honest;
  });

  it('when a trustee’s certificate is revoked, on the platform’s list or on the reader’s alone', async () => {
    const { ca, now, trustees } = offline.lot;
    const revoked = trustees.slice(3, 4).map(({ certificate }) => ({ certificate, revokedAt: now }));
    const list = await ca.issueCrl({ number: 2, thisUpdate: now, nextUpdate: addMs(now, DAY), revoked });
    const refused = { exit: 1, code: 'EVIDENCE.CERTIFICATE_REVOKED' };
    expect(await attempt({ lotFile: { ...offline.lotFile, crls: [b64u.encode(list.der)] } })).toEqual(
      refused,
    );
    await writeFile(offline.path('crls.pem'), writePem('X509 CRL', list.der));
    const { exit, data } = await runHere([...(await sealArgs('never')), '--crls', offline.path('crls.pem')]);
    expect({ exit, code: data['code'] }).toEqual(refused);
  });

  it('when the key record is not in the log, or in another log', async () => {
    expect(await attempt({ lotFile: lotkey({ log: null }) })).toEqual({
      exit: 1,
      code: 'CLIENT.LOT_NOT_READY',
    });
    const publicKey = new Uint8Array(32).fill(1);
    const log = formatVkey({ name: 'log.example/test', publicKey });
    expect((await attempt({ trust: { ...offline.trust, log } })).code).toMatch(/^NOTE\./);
    const receipt = offline.lotFile.lotkey['log'] as { blind: string };
    const blind = receipt.blind.startsWith('A') ? `B${receipt.blind.slice(1)}` : `A${receipt.blind.slice(1)}`;
    expect(await attempt({ lotFile: lotkey({ log: { ...receipt, blind } }) })).toEqual({
      exit: 1,
      code: 'LOG.CHECKPOINT',
    });
  });

  it('when the notice is not the one that the key record names', async () => {
    const record = { ...offline.lot.notice.record, estimate: '1.00' };
    const lotFile = { ...offline.lotFile, notices: [{ ...offline.lot.notice, record }] };
    expect(await attempt({ lotFile })).toEqual({ exit: 1, code: 'SIGNATURE.INVALID' });
  });

  it('when the sheet is malformed, and says which field', async () => {
    const { exit, data } = await runHere(await sealArgs('never', { sheet: { price: '12.3' } }));
    expect({ exit, data }).toMatchObject({ exit: 1, data: { code: 'CLI.SHEET', facts: { field: 'price' } } });
  });

  it('with the wrong password, without naming it', async () => {
    process.env['GLASSHALL_PASSWORD'] = 'wrong';
    const { exit, data } = await runHere(await sealArgs('never'));
    process.env['GLASSHALL_PASSWORD'] = PASSWORD;
    expect({ exit, data }).toMatchObject({ exit: 2, data: { code: 'P12.WRONG_PASSWORD' } });
    expect(JSON.stringify(data)).not.toContain('wrong"');
  });
});

it('keeps the seed out of everything that it prints', async () => {
  const secrets = JSON.parse(await readFile(join(offline.path('bid'), 'private.json'), 'utf8')) as {
    seed: string;
  };
  const result = await runHere(['self-test', offline.path('bid')]);
  expect(JSON.stringify(result)).not.toContain(secrets.seed);
});
