/** V09 and V10: that each bid can be opened by the trustees, and is nobody else's. */
import { hashText } from '../encoding/index.ts';
import { checkDealings, trusteeKeysOf } from '../threshold/index.ts';
import type { Commit, LotKey } from '../records/index.ts';
import type { Verification } from './context.ts';
import { dealingClaims } from './shares.ts';

/** Whatever else is found: a bid that was wrongly taken is looked at like any other. */
export function checkBids(v: Verification): void {
  if (v.lotKey) checkBidDealings(v, v.lotKey);
  checkDuplicates(v);
}

/** Every dealing of every COMMIT in the bundle, one batch. */
function checkBidDealings(v: Verification, lotKey: LotKey): void {
  const trusteeKeys = trusteeKeysOf(lotKey);
  const commits = [...v.evidence.records.commit].filter(([, commit]) => fitsLot(v, lotKey, commit));
  const claims = commits.flatMap(([c, commit]) =>
    dealingClaims(commit, lotKey, trusteeKeys).map((claim) => ({ c, claim })),
  );
  for (const index of checkDealings(claims.map(({ claim }) => claim)))
    v.findings.fail('V09', 'DEALING.SHAPE', claims[index]?.c ?? '', 'platform');
  v.findings.note('V09', `${claims.length} dealings`);
}

/** Dealings and envelopes are exactly those that LOTKEY's stages ask for (or `I` alone, to withdraw all). */
function fitsLot(v: Verification, lotKey: LotKey, commit: Commit): boolean {
  const stages = commit.withdraw ? lotKey.stages.filter(({ stage }) => stage === 0) : lotKey.stages;
  const wanted = stages.map(({ stage, audience }) => `${stage}/${audience}`).join();
  const dealt = commit.dealings.map(({ stage, audience }) => `${stage}/${audience}`).join();
  const envelopes = stages.flatMap((rule) => rule.envelopes).join();
  const fits =
    commit.lotKeyHash === hashText('lotkey', lotKey) &&
    commit.suite === lotKey.suite &&
    wanted === dealt &&
    envelopes === commit.envelopes.map(({ e }) => e).join();
  return v.findings.expect(fits, 'V09', 'EVIDENCE.OTHER_STRUCTURE', hashText('commit', commit), 'platform');
}

/** No nonce, key, commitment point or root appears in two bids: a copy of a rival's bid is found here. */
function checkDuplicates(v: Verification): void {
  const owner = new Map<string, string>();
  const claim = (kind: 'NONCE' | 'KEY' | 'DEALING' | 'ROOT', value: string, c: string) => {
    const key = `${kind}:${value}`;
    const first = owner.get(key) ?? c;
    v.findings.expect(first === c, 'V10', `EVIDENCE.DUPLICATE_${kind}`, c, 'platform');
    owner.set(key, first);
  };
  for (const [c, commit] of v.evidence.records.commit) {
    claim('NONCE', commit.bidNonce, c);
    claim('KEY', commit.wk, c);
    for (const { C } of commit.dealings) claim('DEALING', C[0] ?? '', c);
    for (const { root } of commit.envelopes) claim('ROOT', root, c);
  }
}
