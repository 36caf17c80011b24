/**
 * LOTKEY, the one record on which every bid of a lot rests: checked by the bidder's client before it seals, by each
 * trustee, by the platform and by the verifier (PROTOCOL sections 1 and 5.1). Whether the certificates chain to
 * pinned roots, and whether the record is in the log, are separate checks.
 */
import { parseInstant } from '#kernel';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { verifySigned } from '../encoding/signed-record.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { TrustCode, TrustFacts } from '../encoding/trust-error.ts';
import type { Point } from '../group/curve.ts';
import { lotKey as lotKeySchema, signed as signedSchema } from '../records/index.ts';
import type { LotKey, LotKeyTerms, Notice, Signed } from '../records/index.ts';
import type { SuiteId } from '../records/value.ts';
import { suiteIdOf, suiteOf } from '../suite/suite.ts';
import { verifyPossession } from './possession.ts';

const signedLotKey = signedSchema(lotKeySchema);

function must(holds: boolean, code: TrustCode, facts: TrustFacts = {}): asserts holds {
  if (!holds) throw new TrustError(code, facts);
}

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** The part of LOTKEY that was known before the first trustee accepted, which every proof of possession covers. */
export function lotKeyTermsOf({ trustees: _, ...terms }: LotKey): LotKeyTerms {
  return terms;
}

/** A point, or the lot key is refused for it. */
function lotPoint(suite: SuiteId, text: string, of: string): Point {
  try {
    return suiteOf(suite).group.decodePoint(text);
  } catch {
    throw new TrustError('LOTKEY.POINT', { of });
  }
}

/**
 * y_1…y_n, decoded once. A table is made for each at its first secret multiplication, so that sealing the second
 * and third dealing costs a fraction of the first.
 * @throws TrustError LOTKEY.POINT
 */
export const trusteeKeysOf = ({ suite, trustees }: Pick<LotKey, 'suite' | 'trustees'>): Point[] =>
  trustees.map(({ i, y }) => lotPoint(suite, y, `trustee ${i}`).precompute(4));

/** Sizes fit together, seats are 1…n in order, the times are real and in order. */
function checkShape({ n, k, q, witnesses, policy, trustees, createdAt, deadline }: LotKey): void {
  must(k <= n && trustees.length === n && policy.seats.length === n, 'LOTKEY.SHAPE', { n, k });
  const inOrder = [policy.seats, trustees].every((list) => list.every(({ i }, index) => i === index + 1));
  must(inOrder, 'LOTKEY.SEATS');
  const named = distinct(witnesses.map(({ name }) => name)) && distinct(witnesses.map(({ key }) => key));
  must(q <= witnesses.length && named, 'LOTKEY.SHAPE', { q });
  const [from, to] = [parseInstant(createdAt), parseInstant(deadline)];
  must(from !== null && to !== null && from < to, 'LOTKEY.SHAPE', { deadline });
}

/** Identities open first and alone; no envelope has two dealings, no dealing two rules; E0 is read out in public. */
function checkStages({ stages }: LotKey): void {
  const first = stages.filter(({ stage }) => stage === 0);
  const [identity] = first;
  const alone =
    identity?.audience === 'public' && identity.envelopes.length === 1 && identity.envelopes[0] === 'I';
  must(first.length === 1 && alone, 'LOTKEY.STAGES', { stage: 0 });
  must(distinct(stages.map(({ stage, audience }) => `${stage}/${audience}`)), 'LOTKEY.STAGES');
  must(distinct(stages.flatMap(({ envelopes }) => envelopes)), 'LOTKEY.STAGES');
  const sheetIsPublic = stages.every(
    ({ audience, envelopes }) => audience === 'public' || !envelopes.includes('E0'),
  );
  must(sheetIsPublic, 'LOTKEY.STAGES', { e: 'E0' });
}

/** No organisation alone can open, and who runs the platform holds one seat at most (PROTOCOL section 1). */
function checkPolicy({ policy, k, trustees }: LotKey): void {
  for (const { org } of policy.seats) {
    const held = policy.seats.filter((seat) => seat.org === org);
    const limit = held.some(({ role }) => role === 'centre') ? 1 : k - 1;
    must(held.length <= limit, 'LOTKEY.POLICY', { org, seats: held.length, limit });
  }
  must(policy.seats.filter(({ role }) => role === 'centre').length <= 1, 'LOTKEY.POLICY', { role: 'centre' });
  const stranger = trustees.find(({ org }, index) => org !== policy.seats[index]?.org);
  must(stranger === undefined, 'LOTKEY.POLICY', { i: stranger?.i ?? null });
}

/**
 * Seats of tenderee, agency and regulator are those that the agency's signed notice names, and the others are too few
 * to open by themselves: any company has a certificate, and whoever runs the platform could fill seats with its own.
 * And the suite is the one that the notice declares.
 * @throws TrustError LOTKEY.POLICY | LOTKEY.SUITE
 */
export function checkSeatsOfNotice(
  { suite, policy, k }: Pick<LotKeyTerms, 'suite' | 'policy' | 'k'>,
  notice: Pick<Notice, 'suite' | 'tenderee' | 'agency' | 'regulator'>,
): void {
  const { tenderee, agency, regulator } = notice;
  must(suiteIdOf(notice) === suite, 'LOTKEY.SUITE', { suite });
  const named: Partial<Record<string, string>> = {
    tenderee: tenderee.creditCode,
    agency: agency.creditCode,
    regulator: regulator.creditCode,
  };
  const other = policy.seats.find(({ role, org }) => (named[role] ?? org) !== org);
  must(other === undefined, 'LOTKEY.POLICY', { i: other?.i ?? null, role: other?.role ?? '' });
  const parties = Object.values(named);
  const strangers = policy.seats.filter(({ org }) => !parties.includes(org)).length;
  must(strangers < k, 'LOTKEY.POLICY', { strangers, k });
}

/** Every key proved by its own trustee for these terms; no key and no certificate sits twice. */
function checkKeys(lotKey: LotKey): Point[] {
  const { suite, trustees, room } = lotKey;
  const keys = trusteeKeysOf(lotKey);
  lotPoint(suite, room, 'room');
  must(distinct([room, ...trustees.map(({ y }) => y)]), 'LOTKEY.EQUAL_KEY');
  must(distinct(trustees.map(({ cert }) => cert)), 'LOTKEY.EQUAL_CERTIFICATE');
  const terms = lotKeyTermsOf(lotKey);
  const unproven = trustees.find((key) => !verifyPossession(key, terms));
  if (unproven) throw new TrustError('LOTKEY.POSSESSION', { i: unproven.i }, `trustee-${unproven.i}`);
  return keys;
}

/** Signed by exactly the trustees, each with the certificate of its seat, issued to the seat's organisation. */
function checkSigners(signed: Signed<LotKey>, certificates: CertificateLookup): void {
  const { trustees } = signed.record;
  const signers = verifySigned('lotkey', signed, certificates);
  must(signers.length === trustees.length, 'LOTKEY.SIGNERS', { signatures: signers.length });
  for (const { i, org, cert } of trustees) {
    const signer = signers.find(({ fingerprint }) => fingerprint === cert);
    must(signer !== undefined, 'LOTKEY.SIGNERS', { i });
    must(signer.holder.creditCode === org, 'LOTKEY.POLICY', { i, org });
  }
}

/**
 * {@link checkLotKey} without the signatures: what a trustee's own client checks before it signs.
 * @throws TrustError LOTKEY.*
 */
export function checkUnsignedLotKey(lotKey: LotKey): Point[] {
  must(lotKeySchema.safeParse(lotKey).success, 'LOTKEY.SHAPE', { reason: 'schema' });
  checkShape(lotKey);
  checkStages(lotKey);
  checkPolicy(lotKey);
  return checkKeys(lotKey);
}

/**
 * Refuses identity or off-curve points, equal keys, equal certificates, an organisation outside the policy, one with
 * k seats or more, a centre with more than one, keys without proof, and any signature missing, extra or false.
 * @returns y_1…y_n, as `trusteeKeysOf`
 * @throws TrustError LOTKEY.* | SIGNATURE.*
 */
export function checkLotKey(signed: Signed<LotKey>, certificates: CertificateLookup): Point[] {
  must(signedLotKey.safeParse(signed).success, 'LOTKEY.SHAPE', { reason: 'schema' });
  const keys = checkUnsignedLotKey(signed.record);
  checkSigners(signed, certificates);
  return keys;
}
