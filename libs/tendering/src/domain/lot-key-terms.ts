import { formatInstant, ok, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import { suiteOf, TrustError, verifyPossession } from '#trust';
import type { LotKey, LotKeyTerms, StageRule, TrusteeKey, WitnessTerms } from '#trust';
import type { Lot } from './lot.ts';
import type { TenderRefusal } from './refusals.ts';

/** Identity alone, then the opening sheet in public and the rest for the committee (PROTOCOL section 5.2). */
export const DEFAULT_STAGES: readonly StageRule[] = [
  { stage: 0, audience: 'public', envelopes: ['I'] },
  { stage: 1, audience: 'public', envelopes: ['E0'] },
  { stage: 1, audience: 'committee', envelopes: ['E1'] },
];

/** Everything of LOTKEY that is known before the first trustee accepts. */
export const lotKeyTermsRecord = (
  lot: Pick<Lot, 'id' | 'suite' | 'seats' | 'k' | 'acceleration'>,
  given: {
    readonly noticeHash: string;
    readonly deadline: Instant;
    readonly room: string;
    readonly createdAt: Instant;
    /** Names of outside time-stamp authorities; none: the field is left out. */
    readonly outsideTime?: readonly string[];
    readonly witnessing: WitnessTerms;
  },
): LotKeyTerms => ({
  type: 'lotkey',
  lot: lot.id,
  notice: given.noticeHash,
  suite: lot.suite,
  n: lot.seats.length,
  k: lot.k,
  q: given.witnessing.q,
  witnesses: given.witnessing.witnesses.map((each) => ({ ...each })),
  deadline: formatInstant(given.deadline),
  acceleration: lot.acceleration,
  stages: DEFAULT_STAGES.map((rule) => ({ ...rule, envelopes: [...rule.envelopes] })),
  policy: { seats: lot.seats.map((seat) => ({ ...seat })) },
  room: given.room,
  createdAt: formatInstant(given.createdAt),
  ...(given.outsideTime?.length ? { outsideTime: [...given.outsideTime] } : {}),
});

/** Whose session sends the offer. */
export interface Offerer {
  readonly creditCode: string;
  readonly fingerprint: string;
}

/**
 * A trustee's key for its seat, with proof that it knows the private half (PROTOCOL section 1). `others` are the keys
 * of the other seats. The sender controls every field.
 */
export function checkOffer(
  key: TrusteeKey,
  terms: LotKeyTerms,
  others: readonly TrusteeKey[],
  who: Offerer,
): Result<TrusteeKey, TenderRefusal> {
  const seat = terms.policy.seats.find(({ i }) => i === key.i);
  if (!seat) return refuse('TENDERING.SEAT_UNKNOWN', { i: key.i });
  if (seat.org !== who.creditCode || key.org !== seat.org) return refuse('TENDERING.NOT_YOURS', { i: key.i });
  if (key.cert !== who.fingerprint)
    return refuse('TENDERING.OFFER_REFUSED', { i: key.i, reason: 'not the certificate of this session' });
  if (others.some(({ cert }) => cert === key.cert))
    return refuse('TENDERING.OFFER_REFUSED', { i: key.i, reason: 'certificate holds another seat' });
  if (key.y === terms.room || others.some(({ y }) => y === key.y))
    return refuse('TENDERING.OFFER_REFUSED', { i: key.i, reason: 'key is used twice' });
  return isProven(key, terms)
    ? ok(key)
    : refuse('TENDERING.OFFER_REFUSED', { i: key.i, reason: 'possession of the key is not proven' });
}

function isProven(key: TrusteeKey, terms: LotKeyTerms): boolean {
  try {
    const { group } = suiteOf(terms.suite);
    group.decodePoint(key.y);
    group.decodePoint(key.pop.a);
    return verifyPossession(key, terms);
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

/** LOTKEY, once every seat has offered; null before. */
export const assembleLotKey = (terms: LotKeyTerms, offers: readonly TrusteeKey[]): LotKey | null => {
  const trustees = [...offers].sort((a, b) => a.i - b.i);
  return trustees.length === terms.n ? { ...terms, trustees } : null;
};
