/** A whole draw by files alone, each step by its own party with the real commands: no platform anywhere. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, SystemClock, addMs } from '#kernel';
import { createDevelopmentCa, edPublicKey, formatVkey, readDrawFile, toPem } from '#trust';
import type { DevelopmentCa } from '#trust';
import { writePkcs12 } from '#trust/key-file';
import { runHere } from '../../../test/support/command.ts';
import { drawAccept } from './commands/draw-prepare.ts';
import { drawVerify } from './commands/draw-verify.ts';
import { FolderKeystore } from './trustee/folder-keystore.ts';

const PASSWORD = 'p12 password';
const PASSPHRASE = 'a passphrase';
const now = new SystemClock().now();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, DAY) };
const ORG = {
  tenderee: '914403000000000001',
  regulator: '914403000000000003',
  centre: '914403000000000004',
  notary: '914403000000000005',
} as const;
type Who = keyof typeof ORG;

let folder: string;
let draw: string;
const path = (name: string): string => join(folder, name);

const party = async (ca: DevelopmentCa, who: Who): Promise<void> => {
  const issued = await ca.issue({ subject: { organisation: who, creditCode: ORG[who] }, ...validity });
  const keyFile = {
    pkcs8: issued.pkcs8 ?? new Uint8Array(),
    certificate: issued.certificate,
    chain: issued.chain,
  };
  await writeFile(path(`${who}.p12`), await writePkcs12(keyFile, PASSWORD, 'key'));
  await FolderKeystore.open(path(`keys-${who}`), PASSPHRASE, { m: 8, t: 1, p: 1 });
};

const TERMS = {
  subject: '6f1c1f36-53a4-4f5b-9d39-0d6f1f2c9a10',
  purpose: 'experts',
  k: 2,
  strata: [{ name: '市政', members: 3, substitutes: 4 }],
  apart: { employers: [ORG.tenderee], distinct: true },
  organiser: { name: '交易中心', creditCode: ORG.centre },
  regulator: { name: '住建局', creditCode: ORG.regulator },
  dealers: [ORG.tenderee, ORG.regulator],
  source: { kind: 'development' },
  policy: {
    seats: (['tenderee', 'regulator', 'notary'] as const).map((role, at) => ({
      i: at + 1,
      role,
      org: ORG[role],
    })),
  },
};
/** Thirty people; a third of them work for the tenderee, and the plan keeps those apart. */
const ROWS = Array.from({ length: 30 }, (_, at) => ({
  stratum: '市政',
  id: `E${String(at)}`,
  name: `专家${String(at)}`,
  employer: at % 3 === 0 ? ORG.tenderee : null,
}));

const as = (who: Who, command: string, ...more: string[]) => on(draw, who, command, ...more);
const on = (file: string, who: Who, command: string, ...more: string[]) =>
  runHere(['draw', command, file, '--trust', path('roots.json'), '--p12', path(`${who}.p12`), ...more]);
const keys = (who: Who): string[] => ['--keystore', path(`keys-${who}`)];
const done = async (step: ReturnType<typeof as>): Promise<string> => {
  const { exit, data } = await step;
  expect(data).toMatchObject({ ok: true });
  expect(exit).toBe(0);
  expect(() => drawAccept.schema.parse(data)).not.toThrow();
  return String(data['next']);
};
const verified = (file: string, ...more: string[]) =>
  runHere(['draw', 'verify', file, '--trust', path('roots.json'), ...more]);

beforeAll(async () => {
  process.env['GLASSHALL_PASSWORD'] = PASSWORD;
  process.env['GLASSHALL_KEYSTORE_PASSPHRASE'] = PASSPHRASE;
  folder = await mkdtemp(join(tmpdir(), 'glasshall-draw-'));
  draw = path('DRAW.json');
  const ca = await createDevelopmentCa({ name: 'test', ...validity });
  for (const who of Object.keys(ORG) as Who[]) await party(ca, who);
  const pem = [toPem([ca.certificate])];
  const log = formatVkey({ name: 'none.example', publicKey: edPublicKey(new Uint8Array(32)) });
  const platform = [ca.certificate.fingerprint];
  const roots = {
    type: 'trust',
    origin: 'none.example',
    log,
    witnesses: [],
    q: 0,
    ca: pem,
    tsa: pem,
    platform,
  };
  await writeFile(path('roots.json'), JSON.stringify(roots));
  await writeFile(path('terms.json'), JSON.stringify(TERMS));
  await writeFile(path('rows.json'), JSON.stringify(ROWS));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  delete process.env['GLASSHALL_KEYSTORE_PASSPHRASE'];
});

it('goes from terms to names, every party by itself', async () => {
  expect(await done(runHere(['draw', 'plan', path('terms.json'), '--out', draw]))).toBe('accept');
  for (const who of ['tenderee', 'regulator', 'notary', 'regulator'] as const)
    expect(await done(as(who, 'accept', ...keys(who)))).toBe('accept');
  expect(await done(as('tenderee', 'accept', ...keys('tenderee')))).toBe('deal');

  expect(await done(as('tenderee', 'deal', '--keep', path('kept.json')))).toBe('deal');
  expect(await done(as('regulator', 'deal'))).toBe('close');
  expect(await as('tenderee', 'close')).toMatchObject({ exit: 1, data: { code: 'DRAW.SIGNERS' } });
  expect(await done(as('centre', 'close'))).toBe('pool');

  const sealed = ['--sealed', path('sealed.json')];
  await copyFile(draw, path('before-pool.json'));
  expect(await done(as('centre', 'pool', '--rows', path('rows.json'), ...sealed))).toBe('pool');
  expect(await done(as('regulator', 'pool'))).toBe('ready');
  expect(await as('notary', 'open', ...keys('notary'))).toMatchObject({
    exit: 1,
    data: { facts: { missing: 'ready' } },
  });
  await copyFile(draw, path('before-ready.json'));
  expect(await done(as('centre', 'ready', '--value', 'dice: 4 2 6'))).toBe('ready');
  expect(await done(as('regulator', 'ready', ...keys('regulator')))).toBe('open');

  // Two trustees at the same time, on copies of their own.
  await copyFile(draw, path('copy.json'));
  expect(await done(as('tenderee', 'open', ...keys('tenderee')))).toBe('open');
  expect(await done(on(path('copy.json'), 'notary', 'open', ...keys('notary')))).toBe('open');
  expect(await done(runHere(['draw', 'merge', draw, path('copy.json')]))).toBe('result');
  expect(await done(as('centre', 'result'))).toBe('names');
  expect((await verified(draw)).exit).toBe(2);

  const [leaf = ''] = readDrawFile(await readFile(draw)).result?.record.strata[0]?.members ?? [];
  await done(as('centre', 'replace', '--leaf', leaf, '--ground', 'declined', ...sealed));
  expect((await verified(draw)).data).toMatchObject({ verdict: 'fails' });
  await done(as('regulator', 'replace'));
  expect(await done(as('centre', 'names', ...sealed))).toBe('verify');

  const { exit, data } = await verified(draw);
  expect(data['checks']).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: 'V18.8', state: 'holds', problems: [] })]),
  );
  expect({ exit, verdict: data['verdict'] }).toEqual({ exit: 0, verdict: 'holds' });
  expect(() => drawVerify.schema.parse(data)).not.toThrow();
}, 180_000);

it('has one value and one plan: trustees and regulator refuse a second, whoever signs it', async () => {
  const second = path('before-ready.json');
  await done(on(second, 'centre', 'ready', '--value', 'dice: 1 1 1'));
  expect(await on(second, 'regulator', 'ready', ...keys('regulator'))).toMatchObject({
    exit: 1,
    data: { code: 'DRAW.SECOND' },
  });
  await runHere(['draw', 'plan', path('terms.json'), '--out', path('again.json')]);
  expect(await on(path('again.json'), 'notary', 'accept', ...keys('notary'))).toMatchObject({
    exit: 1,
    data: { code: 'DRAW.SECOND' },
  });
  // The draw is not used up, so that a plan after it gets no seat either, whatever is claimed.
  const after = ['--previous', draw, '--because', 'exhausted', '--out', path('after.json')];
  await done(runHere(['draw', 'plan', path('terms.json'), ...after]));
  expect(
    await on(path('after.json'), 'notary', 'accept', ...keys('notary'), '--previous', draw),
  ).toMatchObject({ exit: 1, data: { code: 'DRAW.SECOND' } });
});

it('never writes over what it sealed, and says what is wrong with terms and rows', async () => {
  const sealed = ['--sealed', path('sealed.json')];
  expect(await as('centre', 'pool', '--rows', path('rows.json'), ...sealed)).toMatchObject({
    exit: 1,
    data: { code: 'CLI.DRAW_DONE' },
  });
  expect(await as('tenderee', 'deal')).toMatchObject({ exit: 1, data: { code: 'CLI.DRAW_DONE' } });
  await writeFile(path('bad.json'), JSON.stringify({ ...TERMS, purpose: 'winner' }));
  expect(await runHere(['draw', 'plan', path('bad.json'), '--out', path('none.json')])).toMatchObject({
    exit: 1,
    data: { code: 'CLI.DRAW_TERMS', facts: { path: 'purpose' } },
  });
  await writeFile(path('bad-rows.json'), JSON.stringify([{ ...ROWS[0], employer: 'nobody' }]));
  const pool = (rows: string, to: string) =>
    on(path('before-pool.json'), 'centre', 'pool', '--rows', path(rows), '--sealed', path(to));
  expect(await pool('bad-rows.json', 'none.json')).toMatchObject({
    exit: 1,
    data: { code: 'CLI.DRAW_ROWS', facts: { path: '0.employer' } },
  });
  const exists = { exit: 2, data: { code: 'CLI.FILE_EXISTS' } };
  expect(await pool('rows.json', 'sealed.json')).toMatchObject(exists);
  const bytes = await readFile(draw, 'utf8');
  expect(await runHere(['draw', 'plan', path('terms.json'), '--out', draw])).toMatchObject(exists);
  expect(await readFile(draw, 'utf8')).toBe(bytes);
  await writeFile(path('changed.json'), bytes.replace('专家', '砖家'));
  expect((await verified(path('changed.json'))).exit).toBe(1);
});
