/**
 * A lot's keys without a platform: a development CA, trustees with their secrets, a signed LOTKEY, bidders with
 * certificates. For tests and benchmarks of trust code.
 */
import { DAY, addMs, formatInstant, instant } from '#kernel';
import type { Instant } from '#kernel';
import {
  createDevelopmentCa,
  encodePoint,
  hashText,
  lotKeyTermsOf,
  newKeyPair,
  provePossession,
  signRecord,
  systemRandom,
} from '#trust';
import type {
  Certificate,
  DevelopmentCa,
  DocumentRef,
  LotKey,
  Notice,
  OpeningSheet,
  Scalar,
  Signed,
  Signer,
} from '#trust';

export interface LotFixture {
  readonly ca: DevelopmentCa;
  readonly now: Instant;
  readonly lotKey: LotKey;
  readonly signed: Signed<LotKey>;
  readonly lotKeyHash: string;
  readonly documents: readonly DocumentRef[];
  /** Version 1, signed by the agency (seat 2). */
  readonly notice: Signed<Notice>;
  /** x_1…x_n. */
  readonly secrets: readonly Scalar[];
  readonly trustees: readonly Signer[];
  readonly roomSecret: Scalar;
  certificates(fingerprint: string): Certificate | undefined;
  bidder(number: number): Promise<Signer>;
}

/** `9144` + digits: a well-formed 统一社会信用代码. */
export const testCreditCode = (number: number): string => `91440000${String(number).padStart(10, '0')}`;

export const emptyCrl = (ca: DevelopmentCa, now: Instant) =>
  ca.issueCrl({ number: 1, thisUpdate: addMs(now, -DAY), nextUpdate: addMs(now, 30 * DAY), revoked: [] });

const ROLES = ['tenderee', 'agency', 'regulator', 'centre', 'notary'] as const;

export async function makeLot(
  now: Instant = instant(1_790_000_000_000),
  k = 3,
  lot = '5f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
): Promise<LotFixture> {
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 365 * DAY) };
  const ca = await createDevelopmentCa({ name: 'Test root', ...validity });
  const signerOf = (number: number, organisation: string): Promise<Signer> =>
    ca.issueSigner({
      subject: { organisation, creditCode: testCreditCode(number), person: '张三' },
      ...validity,
    });
  const trustees = await Promise.all(ROLES.map((role, index) => signerOf(index + 1, `受托方 ${role}`)));
  const pairs = ROLES.map(() => newKeyPair(systemRandom));
  const room = newKeyPair(systemRandom);
  const documents = [{ name: '招标文件.pdf', size: 1234, sha256: hashText('document', { test: true }) }];
  const notice = noticeOf(lot, now, documents);
  const terms = {
    type: 'lotkey' as const,
    lot,
    notice: hashText('notice', notice),
    suite: 'P256' as const,
    n: ROLES.length,
    k,
    q: 0,
    witnesses: [],
    deadline: formatInstant(addMs(now, DAY)),
    acceleration: { periods: 1, waits: 1 },
    stages: [
      { stage: 0, audience: 'public' as const, envelopes: ['I' as const] },
      { stage: 1, audience: 'public' as const, envelopes: ['E0' as const] },
      { stage: 1, audience: 'committee' as const, envelopes: ['E1' as const] },
    ],
    policy: { seats: ROLES.map((role, index) => ({ i: index + 1, role, org: testCreditCode(index + 1) })) },
    room: encodePoint(room.public),
    createdAt: formatInstant(now),
  };
  const keys = trustees.map((signer, index) =>
    provePossession({
      x: pairs[index]?.secret ?? 0n,
      terms,
      i: index + 1,
      org: testCreditCode(index + 1),
      cert: signer.certificate.fingerprint,
      random: systemRandom,
    }),
  );
  const lotKey: LotKey = { ...lotKeyTermsOf({ ...terms, trustees: keys }), trustees: keys };
  const signed = await signRecord('lotkey', lotKey, trustees);
  const known = new Map(trustees.map(({ certificate }) => [certificate.fingerprint, certificate]));
  return {
    ca,
    now,
    lotKey,
    signed,
    lotKeyHash: hashText('lotkey', lotKey),
    documents,
    notice: await signRecord('notice', notice, trustees.slice(1, 2)),
    secrets: pairs.map(({ secret }) => secret),
    trustees,
    roomSecret: room.secret,
    certificates: (fingerprint) => known.get(fingerprint),
    bidder: (number) => signerOf(100 + number, `投标人 ${String(number)}`),
  };
}

function noticeOf(lot: string, now: Instant, documents: DocumentRef[]): Notice {
  const party = (number: number, role: string) => ({
    name: `受托方 ${role}`,
    creditCode: testCreditCode(number),
  });
  return {
    type: 'notice',
    lot,
    project: '7f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
    version: 1,
    kind: 'notice',
    projectName: '道路改造工程',
    lotName: '一标段',
    ruleset: 'tendering-2019-03',
    tenderee: party(1, 'tenderee'),
    agency: party(2, 'agency'),
    regulator: party(3, 'regulator'),
    estimate: '9900000.00',
    documents,
    summary: '',
    documentsFrom: formatInstant(addMs(now, -DAY)),
    documentsUntil: formatInstant(now),
    deadline: formatInstant(addMs(now, DAY)),
    method: {
      kind: 'lowest-evaluated-price',
      controlPrice: null,
      basePeriodDays: 180,
      lateDayBasisPoints: 5,
      earlyDayBasisPoints: 0,
      maxPeriodDays: 400,
      rounding: 'half-up',
      tieBreak: 'price-then-arrival',
    },
    acceleration: { periods: 1, waits: 1 },
    publishedAt: formatInstant(addMs(now, -DAY)),
  };
}

export function sheetOf(bidder: Signer, price = '1234567.89'): OpeningSheet {
  const { organisation, creditCode } = bidder.certificate.holder;
  return {
    type: 'opening-sheet',
    bidder: { name: organisation ?? '', creditCode: creditCode ?? '' },
    price,
    currency: 'CNY',
    periodDays: 90,
    quality: '合格',
    manager: '李四',
    guarantee: { kind: 'bank', number: 'G-1', amount: '20000.00' },
  };
}
