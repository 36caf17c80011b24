import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, SystemClock, addMs, formatInstant } from '#kernel';
import { TrustedCertificates, b64u, hashText, readTrustFile, signRecord, toPem } from '#trust';
import type { DeadlineChange, Signer } from '#trust';
import { FolderKeystore } from '../../../../apps/cli/src/trustee/folder-keystore.ts';
import { emptyCrl } from '../../../../test/support/lot-fixture.ts';
import { makeOfflineLot } from '../../../../test/support/offline-lot.ts';
import type { OfflineLot } from '../../../../test/support/offline-lot.ts';
import { Platform } from '../platform/platform.ts';
import { remember, watchDeadline } from './deadline.ts';
import type { LotSecret } from './keystore.ts';

let folder: string;
let offline: OfflineLot;
let keystore: FolderKeystore;
let checked: Parameters<typeof remember>[3];
let secret: LotSecret;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-deadline-'));
  offline = await makeOfflineLot(folder);
  const { lot, trust } = offline;
  keystore = await FolderKeystore.open(join(folder, 'keys'), 'a passphrase', { m: 8, t: 1, p: 1 });
  const crls = [b64u.encode((await emptyCrl(lot.ca, lot.now)).der)];
  const pinned = { ...readTrustFile(JSON.stringify({ ...trust, platform: [lot.lotKeyHash] })), crls: [] };
  const certificates = new TrustedCertificates(pinned, { now: lot.now, crls });
  certificates.add(lot.trustees.map(({ certificate, chain }) => toPem([certificate, ...chain])));
  checked = { certificates, first: lot.notice.record, lotKeyHash: lot.lotKeyHash };
  secret = {
    type: 'trustee-key',
    lot: lot.lotKey.lot,
    i: 3,
    org: '914400000000000003',
    cert: lot.lotKeyHash,
    x: lot.lotKeyHash,
    terms: lot.lotKeyHash,
    lotKeyHash: lot.lotKeyHash,
    close: null,
    adds: null,
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const change = (sequence: number, by: readonly number[] = [2, 3], over: Partial<DeadlineChange> = {}) => {
  const at = (days: number) => formatInstant(addMs(offline.lot.now, days * DAY));
  const record: DeadlineChange = {
    type: 'deadline',
    lotKeyHash: offline.lot.lotKeyHash,
    sequence,
    from: at(sequence),
    to: at(sequence + 1),
    reason: '平台故障',
    ...over,
  };
  return signRecord(
    'deadline',
    record,
    by.map((i) => offline.lot.trustees[i - 1] as Signer),
  );
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'kept',
    (error: { code?: string }) => error.code,
  );

it('remembers the newest change durably, and misses it when it is hidden or exchanged', async () => {
  const [first, second] = [await change(1), await change(2)];
  await remember(keystore, secret, [first, second], checked);
  const kept = await keystore.load(secret.lot);
  if (!kept) throw new Error('nothing was kept');
  expect(kept.deadline).toEqual({ sequence: 2, hash: hashText('deadline', second.record) });
  expect(await remember(keystore, kept, [first, second], checked)).toEqual(kept);
  const hidden = 'EVIDENCE.RELEASE_DEADLINE_HIDDEN';
  expect(await codeOf(remember(keystore, kept, [first], checked))).toBe(hidden);
  expect(await codeOf(remember(keystore, kept, [], checked))).toBe(hidden);
  const other = await change(2, [2, 3], { reason: '另一个' });
  expect(await codeOf(remember(keystore, kept, [first, other], checked))).toBe(hidden);
  expect((await keystore.load(secret.lot))?.deadline).toEqual(kept.deadline);
});

it('believes no change without the regulator, of another lot, or out of its place', async () => {
  const refused = 'EVIDENCE.RELEASE_DEADLINE_SIGNERS';
  expect(await codeOf(remember(keystore, secret, [await change(1, [1, 2])], checked))).toBe(refused);
  expect(await codeOf(remember(keystore, secret, [await change(2)], checked))).toBe(refused);
  const elsewhere = await change(1, [2, 3], { lotKeyHash: hashText('lotkey', {}) });
  expect(await codeOf(remember(keystore, secret, [elsewhere], checked))).toBe(refused);
});

describe('a trustee that looks at a lot', () => {
  let shown: readonly unknown[] = [];
  let asked: string[] = [];
  const server = createServer((request, response) => {
    // Whatever lot is asked for, this one is shown.
    const path = (request.url ?? '').replace('/api/v1', '').replace(/^\/lots\/[^/]+/, `/lots/${secret.lot}`);
    const { lotFile } = offline;
    const lotPath = `/lots/${secret.lot}`;
    const answers: Record<string, unknown> = {
      [lotPath]: { id: secret.lot, state: 'keyed', notices: lotFile['notices'], deadlineChanges: shown },
      [`${lotPath}/lotkey`]: lotFile.lotkey,
      '/authorities/crls': { items: (lotFile['crls'] as string[]).map((crl) => ({ crl })) },
    };
    const signer = offline.lot.trustees.find(({ certificate }) => path.endsWith(certificate.fingerprint));
    const answer = signer ? { chain: toPem([signer.certificate, ...signer.chain]) } : answers[path];
    asked.push(path);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  let trustee: Parameters<typeof watchDeadline>[0];

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    trustee = {
      platform: new Platform(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`),
      trust: { ...readTrustFile(JSON.stringify(offline.trust)), crls: [] },
      signer: offline.lot.trustees[2] as Signer,
      keystore,
      clock: new SystemClock(),
      progress: () => undefined,
      permitted: new Map(),
    };
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('keeps what it is shown, asks no more than it must, and does not let it be taken back', async () => {
    shown = [];
    expect(await watchDeadline(trustee, secret)).toBe(secret);
    expect(asked).toEqual([`/lots/${secret.lot}`]);
    shown = [await change(1)];
    const kept = await watchDeadline(trustee, secret);
    expect(kept.deadline?.sequence).toBe(1);
    expect((await keystore.load(secret.lot))?.deadline).toEqual(kept.deadline);
    asked = [];
    expect(await watchDeadline(trustee, kept)).toBe(kept);
    expect(asked).toEqual([`/lots/${secret.lot}`]);
    shown = [...shown, ...shown];
    expect(await codeOf(watchDeadline(trustee, kept))).toBe('EVIDENCE.RELEASE_DEADLINE_SIGNERS');
    shown = [];
    expect(await codeOf(watchDeadline(trustee, kept))).toBe('EVIDENCE.RELEASE_DEADLINE_HIDDEN');
  });

  it('takes nothing from another lot, genuine as all of it may be', async () => {
    shown = [await change(1)];
    const lot = '00000000-0000-4000-8000-00000000000b';
    for (const other of [
      { ...secret, lot },
      { ...secret, lot, lotKeyHash: hashText('lotkey', {}) },
      { ...secret, lot, lotKeyHash: null },
    ])
      expect(await codeOf(watchDeadline(trustee, other))).toBe('LOTKEY.SHAPE');
    expect(await keystore.load(lot)).toBeNull();
  });

  it('asks for nothing once it is bound to a CLOSE', async () => {
    const bound = { ...secret, close: hashText('close', {}) };
    expect(await watchDeadline(trustee, bound)).toBe(bound);
    expect(asked).toEqual([]);
  });
});
