/**
 * One trustee's partial openings for one (stage, audience): which dealings belong to it, how the record is made and
 * how it is checked. Shared by the trustee's client, the platform and the verifier (PROTOCOL sections 4 and 7).
 */
import { suiteField, suiteIdOf, suiteOf } from '../suite/index.ts';
import { TrustError, b64u, canonicalBytes, hashText, parseRecord } from '../encoding/index.ts';
import type { Random } from '../encoding/index.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { verifySigned } from '../encoding/signed-record.ts';
import type { Scalar } from '../group/index.ts';
import { sealedShares, shares as sharesSchema, signed as signedSchema } from '../records/index.ts';
import type {
  Audience,
  Commit,
  Dealing,
  JournalKey,
  LotKey,
  SealedShares,
  Shares,
  Signed,
  StageRule,
} from '../records/index.ts';
import { bidLabel, commitBody, openShare } from '../threshold/index.ts';
import type { DealingClaim, ShareClaim } from '../threshold/index.ts';
import { checkDealings, trusteeKeysOf } from '../threshold/index.ts';

export type ShareAudience = Audience | 'journal';

/** One dealing to be opened. `c` is the commitment, for the journal H("journal", JOURNALKEY). */
export interface ShareTarget {
  readonly c: string;
  readonly type: 'bid' | 'journal';
  readonly dealing: Dealing;
}

/** The dealings of these bids for one (stage, audience), in the order given (that of arrival). */
export function shareTargets(
  bids: readonly { readonly c: string; readonly commit: Commit }[],
  stage: number,
  audience: Audience,
): ShareTarget[] {
  return bids.flatMap(({ c, commit }) => {
    const dealing = commit.dealings.find((d) => d.stage === stage && d.audience === audience);
    return dealing ? [{ c, type: 'bid' as const, dealing }] : [];
  });
}

/** The lot's journal: stage 0, audience `journal`, one dealing. It opens after CLOSE also where no bid opens. */
export const journalTargets = (journal: JournalKey): ShareTarget[] => [
  { c: hashText('journal', journal), type: 'journal', dealing: journal.dealing },
];

/** Where a bid's envelope is sealed: its dealing's stage and audience, by the lot's rules. */
export const stageRuleOf = (lotKey: Pick<LotKey, 'stages'>, e: string): StageRule | null =>
  lotKey.stages.find((rule) => rule.envelopes.some((name) => name === e)) ?? null;

/** Which CLOSE, which additions, which part of the opening. */
export interface SharesHead {
  /** As in the record: absent for P256. */
  readonly suite?: 'SM' | undefined;
  readonly lotKeyHash: string;
  readonly close: string;
  readonly adds: readonly string[];
  readonly stage: number;
  readonly audience: ShareAudience;
  readonly i: number;
}

const contextOf = (head: SharesHead, target: ShareTarget) => ({
  type: target.type,
  lotKeyHash: b64u.decode(head.lotKeyHash),
  c: b64u.decode(target.c),
  stage: head.stage,
  audience: head.audience,
  i: head.i,
});

/** The trustee's record, to be signed by its certificate (`signRecord('shares', …)`) only after `checkRelease`. */
export function makeShares(
  head: SharesHead,
  targets: readonly ShareTarget[],
  x: Scalar,
  random: Random,
): Shares {
  return {
    type: 'shares',
    ...suiteField(suiteIdOf(head)),
    lotKeyHash: head.lotKeyHash,
    close: head.close,
    adds: [...head.adds],
    stage: head.stage,
    audience: head.audience,
    i: head.i,
    shares: targets.map((target) =>
      openShare({
        x,
        dealing: target.dealing,
        context: contextOf(head, target),
        suite: suiteIdOf(head),
        random,
      }),
    ),
  };
}

/**
 * That this record is the seat's, for this CLOSE and exactly these dealings in this order; the proofs inside are
 * checked by `verifyShares(shareClaims(…))`.
 * @throws TrustError EVIDENCE.SHARES_HEAD | EVIDENCE.SHARES_SET | EVIDENCE.SHARES_SEAT | SIGNATURE.*
 */
export function checkSharesRecord(
  signed: Signed<Shares>,
  head: SharesHead,
  targets: readonly ShareTarget[],
  lotKey: LotKey,
  certificates: CertificateLookup,
): void {
  const { record } = signed;
  checkSeat('shares', signed, lotKey, certificates);
  const blame = `trustee-${record.i}` as const;
  const { shares, type: _, ...actual } = record;
  if (hashText('shares-head', actual) !== hashText('shares-head', head)) {
    throw new TrustError('EVIDENCE.SHARES_HEAD', { i: record.i, stage: record.stage }, blame);
  }
  const same = shares.length === targets.length && targets.every(({ c }, at) => shares[at]?.c === c);
  if (!same) throw new TrustError('EVIDENCE.SHARES_SET', { i: record.i, expected: targets.length }, blame);
}

/** Signed by exactly the certificate that holds the seat. */
export function checkSeat(
  type: 'shares' | 'sealed-shares' | 'key-destroyed',
  signed: Signed<{ readonly i: number }>,
  lotKey: LotKey,
  certificates: CertificateLookup,
): void {
  const seat = lotKey.trustees.find(({ i }) => i === signed.record.i);
  const signers = verifySigned(type, signed, certificates);
  if (signers.length !== 1 || !seat || signers[0]?.fingerprint !== seat.cert) {
    throw new TrustError('EVIDENCE.SHARES_SEAT', { i: signed.record.i });
  }
}

/** What `verifyShares` proves about a record that passed {@link checkSharesRecord}. */
export function shareClaims(record: Shares, targets: readonly ShareTarget[], lotKey: LotKey): ShareClaim[] {
  const seat = lotKey.trustees.find(({ i }) => i === record.i);
  if (!seat) throw new TrustError('EVIDENCE.SHARES_SEAT', { i: record.i });
  const y = suiteOf(lotKey.suite).group.decodePoint(seat.y);
  return record.shares.flatMap((share, at) => {
    const target = targets[at];
    return target ? [{ share, dealing: target.dealing, y, context: contextOf(record, target) }] : [];
  });
}

/** The claims that every dealing of a commitment makes, for `checkDealings`. */
export function dealingClaims(
  commit: Commit,
  lotKey: LotKey,
  trusteeKeys = trusteeKeysOf(lotKey),
): DealingClaim[] {
  const body = commitBody(commit);
  return commit.dealings.map((dealing) => ({
    dealing,
    type: 'bid',
    label: bidLabel(commit, dealing.stage, dealing.audience),
    body,
    trusteeKeys,
    k: lotKey.k,
  }));
}

/** The commitments with a dealing that does not hold, all checked in one batch (`ReleaseTrust.invalidCommits`). */
export function invalidCommits(commits: readonly Commit[], lotKey: LotKey): string[] {
  const keys = trusteeKeysOf(lotKey);
  const claims = commits.flatMap((commit) =>
    dealingClaims(commit, lotKey, keys).map((claim) => ({ claim, commit })),
  );
  const invalid = new Set(checkDealings(claims.map(({ claim }) => claim)).map((at) => claims[at]?.commit));
  return commits.filter((commit) => invalid.has(commit)).map((commit) => hashText('commit', commit));
}

/** Largest record of shares, signatures included. */
export const MAX_SHARES_BYTES = 4 * 1024 * 1024;

const signedShares = signedSchema(sharesSchema);
export const signedSealedShares = signedSchema(sealedShares);

export const readShares = (bytes: Uint8Array): Signed<Shares> =>
  parseRecord(signedShares, bytes, MAX_SHARES_BYTES);

/** ECIES `info` under which shares of a committee dealing travel to LOTKEY.room. */
export const sealedSharesInfo = (shares: string): string => `glasshall/1/sealed-shares/${shares}`;

/** The public announcement of shares whose content goes to the evaluation room alone: its hash, and where it belongs. */
export const sealedSharesOf = (record: Shares): SealedShares => ({
  type: 'sealed-shares',
  ...suiteField(suiteIdOf(record)),
  lotKeyHash: record.lotKeyHash,
  close: record.close,
  stage: record.stage,
  i: record.i,
  shares: hashText('shares', record),
});

/** The content of the box: the canonical bytes of the whole signed record, so that auditors get what the trustee signed. */
export const sealedSharesContent = (signed: Signed<Shares>): Uint8Array => canonicalBytes(signed);
