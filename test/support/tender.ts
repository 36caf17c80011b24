/** A tender over HTTP, step by step: what an agency and five trustees do until a lot takes bids. */
import { addMs, DAY, formatInstant } from '#kernel';
import {
  b64u,
  hashText,
  newKeyPair,
  provePossession,
  signatureInput,
  signRecord,
  systemRandom,
} from '#trust';
import type { LotKey, LotKeyTerms, Notice, Scalar, Signed } from '#trust';
import { testNow } from './people.ts';
import type { Cast, Person } from './people.ts';

/** 20 days are 20 seconds, and a wait of 60 seconds one second. */
export const FAST = { periods: 86_400, waits: 60 };

export const METHOD = {
  kind: 'lowest-evaluated-price',
  controlPrice: '1000000.00',
  basePeriodDays: 90,
  lateDayBasisPoints: 10,
  earlyDayBasisPoints: 0,
  maxPeriodDays: 120,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
} as const;

export async function makeProject({ agency, tenderee, regulator }: Cast): Promise<string> {
  const { body } = await agency
    .post('/projects', {
      name: '道路改造工程',
      kind: 'engineering',
      level: 'district',
      tenderee: tenderee.creditCode,
      regulator: regulator.creditCode,
    })
    .expect(201);
  return (body as { id: string }).id;
}

export const lotBody = (change: object = {}) => {
  const now = testNow();
  return {
    name: '一标段',
    estimate: '900000.00',
    method: METHOD,
    documentsFrom: formatInstant(now),
    documentsUntil: formatInstant(addMs(now, 60_000)),
    deadline: formatInstant(addMs(now, 90_000)),
    acceleration: FAST,
    ...change,
  };
};

/** The same in real time. */
export const slowLotBody = (change: object = {}) => {
  const now = testNow();
  return lotBody({
    documentsUntil: formatInstant(addMs(now, 10 * DAY)),
    deadline: formatInstant(addMs(now, 30 * DAY)),
    acceleration: { periods: 1, waits: 1 },
    ...change,
  });
};

export async function makeLot(cast: Cast, change: object = {}, project?: string): Promise<string> {
  const projectId = project ?? (await makeProject(cast));
  const { body } = await cast.agency.post(`/projects/${projectId}/lots`, lotBody(change)).expect(201);
  return (body as { id: string }).id;
}

export const putDocument = (agency: Person, lot: string, name = '招标文件.pdf', bytes = Buffer.from(name)) =>
  agency.put(`/lots/${lot}/documents/${encodeURIComponent(name)}`, bytes);

export async function draftNotice(agency: Person, lot: string, change: object = {}): Promise<Notice> {
  const { body } = await agency
    .post(`/lots/${lot}/notices/draft`, { kind: 'notice', summary: '', ...change })
    .expect(200);
  return (body as { record: Notice }).record;
}

export async function publish(agency: Person, lot: string, change: object = {}): Promise<Signed<Notice>> {
  const record = await draftNotice(agency, lot, change);
  const signed = await signRecord('notice', record, [agency.signer]);
  await agency.post(`/lots/${lot}/notices`, { signed }).expect(201);
  return signed;
}

export async function publishedLot(cast: Cast, change: object = {}): Promise<string> {
  const lot = await makeLot(cast, change);
  await putDocument(cast.agency, lot).expect(200);
  await publish(cast.agency, lot);
  return lot;
}

/** In the order of the default seats. */
export const trusteesOf = ({ tenderee, agency, regulator, centre, notary }: Cast): readonly Person[] => [
  tenderee,
  agency,
  regulator,
  centre,
  notary,
];

export async function termsOf(person: Person, lot: string): Promise<LotKeyTerms> {
  return (await person.get(`/lots/${lot}/lotkey/terms`).expect(200)).body as LotKeyTerms;
}

export function offerOf(person: Person, i: number, terms: LotKeyTerms, secret?: Scalar) {
  const x = secret ?? newKeyPair(systemRandom).secret;
  const cert = person.signer.certificate.fingerprint;
  return provePossession({ x, terms, i, org: person.creditCode, cert, random: systemRandom });
}

export async function offerAll(cast: Cast, lot: string): Promise<LotKey> {
  const terms = await termsOf(cast.agency, lot);
  let record: LotKey | null = null;
  for (const [index, trustee] of trusteesOf(cast).entries()) {
    const key = offerOf(trustee, index + 1, terms);
    const { body } = await trustee.post(`/lots/${lot}/lotkey/offers`, { key }).expect(200);
    record = (body as { record: LotKey | null }).record;
  }
  if (!record) throw new Error('five offers make a lot key');
  return record;
}

export async function signLotKey(person: Person, record: LotKey) {
  const sig = b64u.encode(await person.signer.sign(signatureInput('lotkey', record)));
  return { signature: { signer: person.signer.certificate.fingerprint, sig } };
}

/** A lot that takes bids; the hash of its key. */
export async function keyedLot(
  cast: Cast,
  change: object = {},
): Promise<{ lot: string; lotKeyHash: string }> {
  const lot = await publishedLot(cast, change);
  const record = await offerAll(cast, lot);
  for (const trustee of trusteesOf(cast))
    await trustee.post(`/lots/${lot}/lotkey/signatures`, await signLotKey(trustee, record)).expect(200);
  return { lot, lotKeyHash: hashText('lotkey', record) };
}
