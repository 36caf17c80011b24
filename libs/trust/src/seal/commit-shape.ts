import { TrustError } from '../encoding/index.ts';
import type { Commit, EnvelopeName, LotKey, StageRule } from '../records/index.ts';
import { ciphertextLength, plaintextLength } from './cobblestone.ts';
import { paddedLength } from './padding.ts';

/** `I` holds a statement, a signature and certificates: more is an attempt to make every reader work. */
export const MAX_IDENTITY_BYTES = 1024 * 1024;

/** The dealings that a COMMIT of this lot holds, in LOTKEY's order; a `withdraw: all` holds `I` alone. */
export const stagesOf = (lotKey: Pick<LotKey, 'stages'>, withdraw?: 'all'): readonly StageRule[] =>
  withdraw === 'all' ? lotKey.stages.filter(({ stage }) => stage === 0) : lotKey.stages;

export const envelopesOf = (stages: readonly StageRule[]): EnvelopeName[] =>
  stages.flatMap(({ envelopes }) => envelopes);

/** The dealing that opens envelope `e`. Throws SEAL.COMMIT where the lot has no such envelope. */
export function stageOfEnvelope(lotKey: Pick<LotKey, 'stages'>, e: EnvelopeName): StageRule {
  const rule = lotKey.stages.find(({ envelopes }) => envelopes.includes(e));
  if (!rule) throw new TrustError('SEAL.COMMIT', { reason: 'no such envelope', e });
  return rule;
}

/**
 * What COMMIT must be for this lot beyond its own schema: this lot's key, exactly one dealing per (stage, audience)
 * and every envelope once, in LOTKEY's order, each of a length that a padded payload has. Proofs: checkDealings.
 */
export function checkCommitShape(commit: Commit, lotKey: LotKey, lotKeyHash: string): void {
  const refuseAs = (reason: string): never => {
    throw new TrustError('SEAL.COMMIT', { reason });
  };
  if (commit.lotKeyHash !== lotKeyHash) refuseAs('another lot key');
  if (commit.suite !== lotKey.suite) refuseAs('another suite');
  const stages = stagesOf(lotKey, commit.withdraw);
  const dealt = commit.dealings.map(({ stage, audience }) => `${String(stage)}/${audience}`);
  const wanted = stages.map(({ stage, audience }) => `${String(stage)}/${audience}`);
  if (dealt.join() !== wanted.join()) refuseAs('dealings are not those of the lot');
  if (commit.envelopes.map(({ e }) => e).join() !== envelopesOf(stages).join()) {
    refuseAs('envelopes are not those of the lot');
  }
  for (const { e, length } of commit.envelopes) {
    const plain = plaintextLength(length);
    if (paddedLength(plain) !== plain) refuseAs('a length that no padded payload has');
    if (e === 'I' && length > ciphertextLength(MAX_IDENTITY_BYTES)) refuseAs('identity envelope too long');
  }
}
