import { instant } from '#kernel';
import { b64u, systemRandom } from '../encoding/bytes.ts';
import { signRecord } from '../encoding/signed-record.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { newKeyPair } from '../group/key-pair.ts';
import { B, encodePoint, encodeScalar } from '../group/index.ts';
import { createDevelopmentCa } from '../pki/development-ca.ts';
import type { Signer } from '../pki/signer.ts';
import type { LotKey, LotKeyTerms, Seat, Signed, TrusteeKey } from '../records/index.ts';
import { checkLotKey, checkSeatsOfNotice, lotKeyTermsOf, trusteeKeysOf } from './lot-key.ts';
import { provePossession, verifyPossession } from './possession.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const validity = { notBefore: instant(Date.UTC(2026, 0)), notAfter: instant(Date.UTC(2027, 0)) };
const org = (i: number): string => `91440300000000000${i}`;
const ROLES = ['tenderee', 'agency', 'regulator', 'centre', 'notary'] as const;
const seats: Seat[] = ROLES.map((role, index) => ({ i: index + 1, role, org: org(index + 1) }));

const terms: LotKeyTerms = {
  type: 'lotkey',
  lot: '6f1c1f36-53a4-4f5b-9d39-0d6f1f2c9a10',
  notice: b64u.encode(systemRandom(32)),
  suite: 'P256',
  n: 5,
  k: 3,
  q: 0,
  witnesses: [],
  deadline: '2026-06-01T00:00:00.000Z',
  acceleration: { periods: 1, waits: 1 },
  stages: [
    { stage: 0, audience: 'public', envelopes: ['I'] },
    { stage: 1, audience: 'public', envelopes: ['E0'] },
    { stage: 1, audience: 'committee', envelopes: ['E1'] },
  ],
  policy: { seats },
  room: encodePoint(newKeyPair(systemRandom).public),
  createdAt: '2026-05-01T00:00:00.000Z',
};
const secrets = seats.map(() => newKeyPair(systemRandom).secret);

let signers: Signer[];
let known: CertificateLookup;
let valid: Signed<LotKey>;

/** Trustees who accept the given terms, with valid proofs; `edit` changes single entries before they are proved. */
function accept(
  over: LotKeyTerms,
  edit: (seat: Seat) => { x?: bigint; cert?: string; org?: string } = () => ({}),
): LotKey {
  const trustees = over.policy.seats.map((seat, index) => {
    const cert = (signers[index] as Signer).certificate.fingerprint;
    const x = secrets[index] as bigint;
    return provePossession({
      x,
      terms: over,
      i: seat.i,
      org: seat.org,
      cert,
      random: systemRandom,
      ...edit(seat),
    });
  });
  return { ...over, trustees };
}
const sign = (record: LotKey, by: readonly Signer[] = signers) => signRecord('lotkey', record, by);
const check = async (record: LotKey, by?: readonly Signer[]) => checkLotKey(await sign(record, by), known);
const withTrustee = (index: number, change: Partial<TrusteeKey>): LotKey => ({
  ...valid.record,
  trustees: valid.record.trustees.map((key, i) => (i === index ? { ...key, ...change } : key)),
});

beforeAll(async () => {
  const ca = await createDevelopmentCa({ name: 'test', ...validity });
  signers = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((i) =>
      ca.issueSigner({ subject: { person: `t${i}`, creditCode: org(i) }, ...validity }),
    ),
  );
  const byFingerprint = new Map(signers.map(({ certificate }) => [certificate.fingerprint, certificate]));
  known = (fingerprint) => byFingerprint.get(fingerprint);
  signers = signers.slice(0, 5);
  valid = await sign(accept(terms));
});

test('a lot key that every trustee proved and signed gives the keys to deal to', () => {
  const keys = checkLotKey(valid, known);
  expect(keys.map(encodePoint)).toEqual(valid.record.trustees.map(({ y }) => y));
  expect(lotKeyTermsOf(valid.record)).toEqual(terms);
});

// ---- signatures ------------------------------------------------------------

test('a missing signature is refused', async () => {
  await expect(check(valid.record, signers.slice(1))).rejects.toThrow(refusal('LOTKEY.SIGNERS'));
});

test("a stranger's signature in a trustee's place, or beside them, is refused", async () => {
  const ca = await createDevelopmentCa({ name: 'stranger', ...validity });
  const stranger = await ca.issueSigner({ subject: { person: 's', creditCode: org(1) }, ...validity });
  const lookup: CertificateLookup = (fingerprint) =>
    fingerprint === stranger.certificate.fingerprint ? stranger.certificate : known(fingerprint);
  for (const by of [
    [stranger, ...signers.slice(1)],
    [stranger, ...signers],
  ]) {
    const signed = await sign(valid.record, by);
    expect(() => checkLotKey(signed, lookup)).toThrow(refusal('LOTKEY.SIGNERS'));
    expect(() => checkLotKey(signed, known)).toThrow(refusal('SIGNATURE.UNKNOWN_SIGNER'));
  }
});

test('any changed term breaks a proof, and with new proofs the signatures', () => {
  const later: LotKeyTerms = { ...terms, deadline: '2026-06-02T00:00:00.000Z' };
  const record = { ...valid.record, ...later };
  expect(() => checkLotKey({ ...valid, record }, known)).toThrow(refusal('LOTKEY.POSSESSION'));
  expect(() => checkLotKey({ ...valid, record: accept(later) }, known)).toThrow(refusal('SIGNATURE.INVALID'));
});

test("a certificate of another organisation than the seat's is refused", async () => {
  const elsewhere = seats.map((seat) => (seat.i === 5 ? { ...seat, org: org(6) } : seat));
  await expect(check(accept({ ...terms, policy: { seats: elsewhere } }))).rejects.toThrow(
    refusal('LOTKEY.POLICY'),
  );
});

// ---- keys ------------------------------------------------------------------

test.each([
  ['the identity', b64u.encode(new Uint8Array(33))],
  ['a point off the curve', b64u.encode(new Uint8Array(33).fill(1, 32).with(0, 2))],
])('%s as a key is refused, of a trustee and of the room', async (_, bad) => {
  await expect(check(withTrustee(2, { y: bad }))).rejects.toThrow(
    expect.objectContaining({ code: 'LOTKEY.POINT', facts: { of: 'trustee 3' } }),
  );
  await expect(check({ ...valid.record, room: bad })).rejects.toThrow(
    expect.objectContaining({ code: 'LOTKEY.POINT', facts: { of: 'room' } }),
  );
  expect(() => trusteeKeysOf(withTrustee(0, { y: bad }))).toThrow(refusal('LOTKEY.POINT'));
});

test('equal keys are refused, each with its own valid proof', async () => {
  const twice = accept(terms, (seat) => (seat.i === 2 ? { x: secrets[0] as bigint } : {}));
  await expect(check(twice)).rejects.toThrow(refusal('LOTKEY.EQUAL_KEY'));
  const room = valid.record.trustees[0]?.y as string;
  await expect(check(accept({ ...terms, room }))).rejects.toThrow(refusal('LOTKEY.EQUAL_KEY'));
});

test('equal certificates are refused', async () => {
  const cert = signers[0]?.certificate.fingerprint as string;
  await expect(check(accept(terms, (seat) => (seat.i === 2 ? { cert } : {})))).rejects.toThrow(
    refusal('LOTKEY.EQUAL_CERTIFICATE'),
  );
});

test('a key without proof is refused, and the seat is named', async () => {
  const related = encodePoint(B.multiply(secrets[0] as bigint).negate());
  await expect(check(withTrustee(1, { y: related }))).rejects.toThrow(
    expect.objectContaining({ code: 'LOTKEY.POSSESSION', blame: 'trustee-2' }),
  );
});

test('a proof is bound to the terms, the seat, the organisation, the certificate and the key', () => {
  const [key] = valid.record.trustees as [TrusteeKey];
  expect(verifyPossession(key, terms)).toBe(true);
  expect(verifyPossession(key, { ...terms, k: 4 })).toBe(false);
  const { pop } = valid.record.trustees[1] as TrusteeKey;
  const changes: Partial<TrusteeKey>[] = [
    { i: 2 },
    { org: org(2) },
    { cert: b64u.encode(systemRandom(32)) },
    { y: encodePoint(B) },
    { pop },
    { pop: { ...key.pop, r: encodeScalar(1n) } },
    { pop: { ...key.pop, a: encodePoint(B) } },
    { pop: { ...key.pop, r: b64u.encode(new Uint8Array(32).fill(255)) } },
    { pop: { ...key.pop, a: 'AA' } },
  ];
  for (const change of changes) expect(verifyPossession({ ...key, ...change }, terms)).toBe(false);
});

// ---- shape, stages, policy -------------------------------------------------

test.each<[string, Partial<LotKeyTerms>, string]>([
  ['k above n', { k: 6 }, 'LOTKEY.SHAPE'],
  ['n without a seat for each', { n: 6 }, 'LOTKEY.SHAPE'],
  ['a quorum of witnesses that are not there', { q: 1 }, 'LOTKEY.SHAPE'],
  ['a deadline that is no day', { deadline: '2026-02-30T00:00:00.000Z' }, 'LOTKEY.SHAPE'],
  ['a making that is no day', { createdAt: '2026-02-30T00:00:00.000Z' }, 'LOTKEY.SHAPE'],
  ['a deadline before its making', { createdAt: '2026-06-01T00:00:00.000Z' }, 'LOTKEY.SHAPE'],
  ['k = 1', { k: 1 }, 'LOTKEY.SHAPE'],
  [
    'identities in a later stage',
    { stages: terms.stages.map((rule) => ({ ...rule, stage: rule.stage + 1 })) },
    'LOTKEY.STAGES',
  ],
  [
    'a second envelope beside the identity',
    { stages: [{ stage: 0, audience: 'public', envelopes: ['I', 'E2'] }, ...terms.stages.slice(1)] },
    'LOTKEY.STAGES',
  ],
  [
    'another envelope first',
    { stages: [{ stage: 0, audience: 'public', envelopes: ['E2'] }, ...terms.stages.slice(1)] },
    'LOTKEY.STAGES',
  ],
  [
    'identities for the committee',
    { stages: [{ stage: 0, audience: 'committee', envelopes: ['I'] }, ...terms.stages.slice(1)] },
    'LOTKEY.STAGES',
  ],
  [
    'a second dealing in stage 0',
    { stages: [...terms.stages, { stage: 0, audience: 'committee', envelopes: ['E2'] }] },
    'LOTKEY.STAGES',
  ],
  [
    'one dealing twice',
    { stages: [...terms.stages, { stage: 1, audience: 'committee', envelopes: ['E2'] }] },
    'LOTKEY.STAGES',
  ],
  [
    'one envelope twice',
    { stages: [...terms.stages, { stage: 2, audience: 'committee', envelopes: ['E1'] }] },
    'LOTKEY.STAGES',
  ],
  [
    'an opening sheet for the committee',
    { stages: [...terms.stages.slice(0, 1), { stage: 1, audience: 'committee', envelopes: ['E0'] }] },
    'LOTKEY.STAGES',
  ],
  [
    'seats out of order',
    { policy: { seats: [seats[1], seats[0], ...seats.slice(2)] as Seat[] } },
    'LOTKEY.SEATS',
  ],
  [
    'an organisation with k seats',
    { policy: { seats: seats.map((seat) => (seat.i <= 3 ? { ...seat, org: org(1) } : seat)) } },
    'LOTKEY.POLICY',
  ],
  [
    'the centre on a second seat',
    { policy: { seats: seats.map((seat) => (seat.i === 5 ? { ...seat, org: org(4) } : seat)) } },
    'LOTKEY.POLICY',
  ],
  [
    'two centres',
    { policy: { seats: seats.map((seat) => (seat.i === 5 ? { ...seat, role: 'centre' as const } : seat)) } },
    'LOTKEY.POLICY',
  ],
])('refuses %s', async (_, change, code) => {
  await expect(check(accept({ ...terms, ...change }))).rejects.toThrow(refusal(code));
});

test('witnesses are distinct by name and by key', async () => {
  const witness = { name: 'w', key: b64u.encode(systemRandom(32)) };
  const other = { name: 'v', key: b64u.encode(systemRandom(32)) };
  await expect(check(accept({ ...terms, q: 2, witnesses: [witness, other] }))).resolves.toHaveLength(5);
  for (const second of [
    { ...other, name: 'w' },
    { ...other, key: witness.key },
  ]) {
    await expect(check(accept({ ...terms, q: 1, witnesses: [witness, second] }))).rejects.toThrow(
      refusal('LOTKEY.SHAPE'),
    );
  }
});

test('a trustee outside the policy is refused', async () => {
  await expect(check(withTrustee(0, { org: org(6) }))).rejects.toThrow(
    expect.objectContaining({ code: 'LOTKEY.POLICY', facts: { i: 1 } }),
  );
});

test('two seats of one organisation are allowed below k, with a certificate each', async () => {
  const shared = seats.map((seat) => (seat.i === 2 ? { ...seat, org: org(1) } : seat));
  const ca = await createDevelopmentCa({ name: 'second', ...validity });
  const second = await ca.issueSigner({ subject: { person: 'second', creditCode: org(1) }, ...validity });
  const by = signers.map((signer, index) => (index === 1 ? second : signer));
  const over = { ...terms, policy: { seats: shared } };
  const record = accept(over, (seat) => (seat.i === 2 ? { cert: second.certificate.fingerprint } : {}));
  const lookup: CertificateLookup = (fingerprint) =>
    by.find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
  expect(checkLotKey(await sign(record, by), lookup)).toHaveLength(5);
});

test('an unknown field is refused, also where a type was cast around it', async () => {
  await expect(check({ ...valid.record, extra: 1 } as LotKey)).rejects.toThrow(refusal('LOTKEY.SHAPE'));
});

describe('the seats and the signed notice', () => {
  const party = (i: number) => ({ name: `单位 ${String(i)}`, creditCode: org(i) });
  const notice = { tenderee: party(1), agency: party(2), regulator: party(3) };
  const withSeats = (seats: Seat[]) => ({ suite: 'P256' as const, k: 3, policy: { seats } });

  it('hold for the default five', () => {
    expect(() => {
      checkSeatsOfNotice(terms, notice);
    }).not.toThrow();
  });

  it('refuse another suite than the notice declares', () => {
    const other = (key: LotKeyTerms, declared: 'SM' | undefined) => () => {
      checkSeatsOfNotice(key, { ...notice, suite: declared });
    };
    expect(other({ ...terms, suite: 'SM' }, undefined)).toThrow(refusal('LOTKEY.SUITE'));
    expect(other(terms, 'SM')).toThrow(refusal('LOTKEY.SUITE'));
    expect(other({ ...terms, suite: 'SM' }, 'SM')).not.toThrow();
  });

  it('refuse another regulator than the notice names', () => {
    expect(() => {
      checkSeatsOfNotice(terms, { ...notice, regulator: party(7) });
    }).toThrow(refusal('LOTKEY.POLICY'));
  });

  it('refuse a quorum of companies that the notice does not name, whatever they call their seats', () => {
    const shells = seats.map((seat, at) =>
      at < 2 ? seat : { ...seat, role: 'notary' as const, org: org(at + 5) },
    );
    expect(() => {
      checkSeatsOfNotice(withSeats(shells), notice);
    }).toThrow(refusal('LOTKEY.POLICY'));
  });
});
