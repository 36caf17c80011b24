import { TrustError } from '../encoding/index.ts';
import type { Commit, EnvelopeName, LotKey, SuiteId } from '../records/index.ts';
import { stageOfEnvelope, stagesOf } from '../seal/commit-shape.ts';
import { envelopeContext, envelopeKey } from '../seal/envelope.ts';
import type { BidKeys } from '../seal/seed.ts';
import { bidLabel, prepareDealing, trusteeKeysOf } from '../threshold/index.ts';
import type { PreparedDealing } from '../threshold/index.ts';

/** One dealing per (stage, audience); the same seed and nonce give the same dealings again, which is road A. */
export function dealingsOf(
  lotKey: LotKey,
  terms: Pick<Commit, 'suite' | 'lotKeyHash' | 'bidNonce'>,
  keys: BidKeys,
  withdraw?: 'all',
): PreparedDealing[] {
  const trusteeKeys = trusteeKeysOf(lotKey);
  return stagesOf(lotKey, withdraw).map(({ stage, audience }) =>
    prepareDealing({
      type: 'bid',
      label: bidLabel(terms, stage, audience),
      stage,
      audience,
      seedKey: keys.dealingSeed(stage, audience),
      trusteeKeys,
      k: lotKey.k,
    }),
  );
}

/** The input key and context of envelope `e` under its dealing. */
export function cipherOf(
  lotKey: LotKey,
  dealings: readonly PreparedDealing[],
  e: EnvelopeName,
): { key: Uint8Array; context: Uint8Array; suite: SuiteId } {
  const rule = stageOfEnvelope(lotKey, e);
  const dealing = dealings.find(({ stage, audience }) => stage === rule.stage && audience === rule.audience);
  if (!dealing) throw new TrustError('SEAL.COMMIT', { reason: 'no dealing for the envelope', e });
  const { suite } = lotKey;
  return { key: envelopeKey(dealing.K(), e, suite), context: envelopeContext(dealing.label, e), suite };
}
