/** V11 and V12: the trustees' shares and the dealers' own secrets, and the keys that they give. */
import { suiteField, suiteOf } from '../suite/index.ts';
import { hashText, TrustError } from '../encoding/index.ts';
import {
  bidLabel,
  combineShares,
  keyOfSecretPoint,
  openWithSecret,
  verifyShares,
} from '../threshold/index.ts';
import type { LotKey, Shares, Signed, StageRule } from '../records/index.ts';
import { numbered, only } from './bundle.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';
import type { Bid } from './open-from-bundle.ts';
import { checkSeat, checkSharesRecord, journalTargets, shareClaims, shareTargets } from './shares.ts';
import type { ShareAudience, ShareTarget, SharesHead } from './shares.ts';

/** Verified shares of one (stage, audience); a record that does not hold is attributed to its trustee. */
function goodShares(
  v: Verification,
  lotKey: LotKey,
  where: { readonly stage: number; readonly audience: ShareAudience },
  targets: readonly ShareTarget[],
): Shares[] {
  const prefix = `${where.stage}-${where.audience}-`;
  // A seat counts once: a file under another seat's name is a second copy, and V21's matter.
  const records = [...v.evidence.records.shares].filter(
    ([name, { record }]) => name === `${prefix}${record.i}`,
  );
  return records.flatMap(([name, signed]) =>
    sharesHold(v, lotKey, { name, signed, head: headOf(v, where, signed.record.i), targets })
      ? [signed.record]
      : [],
  );
}

export const headOf = (
  v: Verification,
  where: { readonly stage: number; readonly audience: ShareAudience },
  i: number,
): SharesHead => ({
  ...suiteField(v.suite),
  lotKeyHash: v.lotKey ? hashText('lotkey', v.lotKey) : '',
  close: v.close ? hashText('close', v.close) : '',
  adds: numbered(v.evidence, 'close-add').map(({ record }) => hashText('close-add', record)),
  // Named one by one: `where` may be a whole stage rule, and a field more would be another head.
  stage: where.stage,
  audience: where.audience,
  i,
});

function sharesHold(
  v: Verification,
  lotKey: LotKey,
  given: { name: string; signed: Signed<Shares>; head: SharesHead; targets: readonly ShareTarget[] },
): boolean {
  const { name, signed, head, targets } = given;
  const path = `shares/${name}.json`;
  const blame = `trustee-${signed.record.i}` as const;
  try {
    checkSharesRecord(signed, head, targets, lotKey, (fingerprint) =>
      v.evidence.certificates.get(fingerprint),
    );
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    v.findings.fail('V11', error.code, path, blame, error.facts);
    return false;
  }
  const wrong = verifyShares(shareClaims(signed.record, targets, lotKey));
  for (const index of wrong)
    v.findings.fail('V11', 'SHARE.SHAPE', path, blame, { c: targets[index]?.c ?? '' });
  return wrong.length === 0;
}

/** The journal is opened after CLOSE for the authorities (20号令49); its content is not part of public evidence. */
export function checkJournalShares(v: Verification, lotKey: LotKey): void {
  const journal = only(v.evidence, 'journal')?.record;
  if (!journal) return;
  const good = goodShares(v, lotKey, { stage: 0, audience: 'journal' }, journalTargets(journal));
  v.findings.note('V11', `${good.length} shares of the journal`);
}

/**
 * K of every target's dealing: revealed by its dealer (road A), or from any k of the verified shares (road B), of which a
 * second subset must give the same. Where both are there, both lead to one S, as C_0 = s·g and the dealing was proved.
 */
export function combine(
  v: Verification,
  lotKey: LotKey,
  where: Pick<StageRule, 'stage' | 'audience'>,
  bids: readonly Bid[],
): Map<string, Uint8Array> {
  const targets = shareTargets(
    bids.map(({ bid, commit }) => ({ c: bid.c, commit })),
    where.stage,
    where.audience,
  );
  const keys = new Map<string, Uint8Array>();
  if (targets.length === 0) return keys;
  const good = goodShares(v, lotKey, where, targets);
  v.findings.note(
    'V11',
    `${good.length} of ${lotKey.n} trustees for stage ${where.stage}, ${where.audience}`,
  );
  const place = `stage ${where.stage}, ${where.audience}`;
  const revealed = revealedKeys(v, where, bids);
  if (good.length < lotKey.k) {
    const missing = targets.filter(({ c }) => !revealed.has(c)).length;
    const facts = { needed: lotKey.k, have: good.length, missing };
    if (missing > 0) v.findings.fail('V12', 'SHARE.TOO_FEW', place, 'platform', facts);
    v.findings.note('V12', `${revealed.size} keys for ${place} revealed by their dealers`);
    return revealed;
  }
  targets.forEach(({ c }, index) => {
    const commit = bids.find(({ bid }) => bid.c === c)?.commit;
    const points = good.map(({ i, shares }) => ({ i, D: shares[index]?.D ?? '' }));
    if (!commit) return;
    const label = bidLabel(commit, where.stage, where.audience);
    const [lowest, highest] = [points, [...points].sort((a, b) => b.i - a.i).slice(0, lotKey.k)].map(
      (subset) => combineShares(subset, lotKey.k, lotKey.suite),
    );
    if (!lowest || !highest?.equals(lowest)) v.findings.fail('V12', 'EVIDENCE.OTHER_SECRET', c, 'platform');
    else keys.set(c, keyOfSecretPoint(lowest, label));
  });
  v.findings.note('V12', `${keys.size} keys for ${place}`);
  return keys;
}

/** Road A: s·g = C_0 proves a secret by itself, whoever hands it over. */
function revealedKeys(
  v: Verification,
  { stage, audience }: Pick<StageRule, 'stage' | 'audience'>,
  bids: readonly Bid[],
): Map<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>();
  for (const { bid, commit } of bids) {
    const name = `${bid.c}-${stage}-${audience}`;
    const reveal = v.evidence.records.reveal.get(name);
    const dealing = commit.dealings.find((one) => one.stage === stage && one.audience === audience);
    if (!reveal || !dealing) continue;
    try {
      const point = openWithSecret(suiteOf(commit.suite).group.decodeScalar(reveal.s), dealing, commit.suite);
      keys.set(bid.c, keyOfSecretPoint(point, bidLabel(commit, stage, audience)));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      v.findings.fail('V11', error.code, `reveals/${name}.json`, 'platform', error.facts);
    }
  }
  return keys;
}

/** Secrets are revealed of nothing but the dealings that were opened: all at stage 0, then those of the standing bids. */
export function checkReveals(v: Verification, lotKey: LotKey, reached: Reached): void {
  const accepted = new Set(v.accepted.map(({ c }) => c));
  for (const [name, { c, stage, audience, lotKeyHash }] of v.evidence.records.reveal) {
    const path = `reveals/${name}.json`;
    v.findings.expect(name === `${c}-${stage}-${audience}`, 'V21', 'EVIDENCE.NAME', path, 'bundle');
    const known =
      lotKeyHash === hashText('lotkey', lotKey) &&
      accepted.has(c) &&
      lotKey.stages.some((rule) => rule.stage === stage && rule.audience === audience);
    v.findings.expect(known, 'V21', 'EVIDENCE.UNEXPLAINED', path, 'bundle');
    const due = stage === 0 ? reached.identities : reached.standing.has(c);
    v.findings.expect(due, 'V17', 'EVIDENCE.OPENED_TOO_MUCH', path, 'platform');
  }
}

/** How far the opening came: identities, and the contents of those who stood. */
export interface Reached {
  readonly identities: boolean;
  readonly contents: boolean;
  readonly standing: ReadonlySet<string>;
}

/** Shares exist for nothing but the stages of this lot that were reached; the journal opens in any case. */
export function checkShareFiles(v: Verification, lotKey: LotKey, reached: Reached): void {
  const known = new Set(['0-journal', ...lotKey.stages.map(({ stage, audience }) => `${stage}-${audience}`)]);
  for (const [name, { record }] of v.evidence.records.shares) {
    const path = `shares/${name}.json`;
    const expected = `${record.stage}-${record.audience}-${record.i}`;
    v.findings.expect(name === expected, 'V21', 'EVIDENCE.NAME', path, 'bundle');
    const place = `${record.stage}-${record.audience}`;
    v.findings.expect(known.has(place), 'V11', 'EVIDENCE.UNKNOWN_STAGE', path, 'platform');
    const may = record.stage === 0 ? reached.identities : reached.contents;
    const due = record.audience === 'journal' || may;
    v.findings.expect(due, 'V17', 'EVIDENCE.OPENED_TOO_MUCH', path, 'platform');
  }
}

/**
 * What is announced of the committee's shares: signed by the seat, for this CLOSE, once the stage was reached. An
 * auditor sees that it is the hash of the very record that was opened with.
 */
export function checkSealedShares(v: Verification, lotKey: LotKey, reached: boolean): void {
  const head = headOf(v, { stage: 0, audience: 'public' }, 1);
  const committee = new Set(
    lotKey.stages.filter(({ audience }) => audience === 'committee').map(({ stage }) => stage),
  );
  for (const [name, signed] of v.evidence.records['sealed-shares']) {
    const { record } = signed;
    const path = `sealed-shares/${name}.json`;
    const blame = `trustee-${record.i}` as const;
    const fail = (code: FindingCode) => {
      v.findings.fail('V11', code, path, blame);
    };
    try {
      checkSeat('sealed-shares', signed, lotKey, (fingerprint) => v.evidence.certificates.get(fingerprint));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      fail(error.code);
    }
    v.findings.expect(name === `${record.stage}-${record.i}`, 'V21', 'EVIDENCE.NAME', path, 'bundle');
    if (record.lotKeyHash !== head.lotKeyHash || record.close !== head.close) fail('EVIDENCE.SHARES_HEAD');
    if (!committee.has(record.stage)) fail('EVIDENCE.UNKNOWN_STAGE');
    v.findings.expect(reached, 'V17', 'EVIDENCE.OPENED_TOO_MUCH', path, 'platform');
  }
  for (const [name, { record }] of v.evidence.records.shares) {
    if (record.audience !== 'committee') continue;
    const announced = v.evidence.records['sealed-shares'].get(`${record.stage}-${record.i}`)?.record.shares;
    const path = `shares/${name}.json`;
    v.findings.expect(
      announced === hashText('shares', record),
      'V11',
      'EVIDENCE.NOT_ANNOUNCED',
      path,
      'platform',
    );
  }
}
