import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { TrustError, bidLabel, keyOfSecretPoint, openWithSecret, suiteOf } from '#trust';
import type { Audience, Dealing, Reveal, SuiteId } from '#trust';
import { decide } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { LotKeys } from './dealing-keys.ts';
import { openingError } from './refusal.ts';
import { Reveals } from './reveals.ts';

/**
 * Road A: the dealer reveals s, and the dealing is open, if s is the very secret that C_0 commits to (PROTOCOL section 4).
 * It gives the same key as any k shares, so nobody needs to be asked who they are.
 */
@Injectable()
export class RevealSecret {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly advance: AdvanceLot,
    private readonly lotKeys: LotKeys,
    private readonly reveals: Reveals,
  ) {}

  async run(lotId: LotId, c: string, stage: number, audience: Audience, s: string): Promise<void> {
    const session = await this.advance.run(lotId);
    const { bid, facts, now } = await this.unitOfWork.run(async (tx) => ({
      bid: await this.stores.bids.find(tx, lotId, c),
      facts: await this.stores.sessions.facts(tx, session),
      now: await tx.now(),
    }));
    // The same instant for both roads: nothing opens before the window is over.
    unwrap(decide(session.state, 'share', facts, now));
    if (!bid) throw openingError('OPENING.BID_UNKNOWN');
    const open = session.state === (stage === 0 ? 'stage-0' : 'stage-1') && (stage === 0 || bid.standing);
    if (!open) throw openingError('OPENING.STAGE_NOT_OPEN', { stage, audience, state: session.state });
    const material = await this.lotKeys.materials.of(lotId);
    const commit = material.bids.find((one) => one.c === c)?.commit;
    const dealing = commit?.dealings.find((one) => one.stage === stage && one.audience === audience);
    if (!commit || !dealing) throw openingError('OPENING.BID_UNKNOWN');
    const key = keyBy(s, dealing, { suite: commit.suite, label: bidLabel(commit, stage, audience) });
    const record: Reveal = { type: 'reveal', lotKeyHash: session.lotKeyHash, c, stage, audience, s };
    // Before the key: what was opened by it can always be shown.
    await this.reveals.keep(lotId, record, material.lotKey);
    await this.lotKeys.keys.keep(material, c, stage, audience, { road: 'A', key });
  }
}

function keyBy(
  s: string,
  dealing: Dealing,
  { suite, label }: { readonly suite: SuiteId; readonly label: string },
): Uint8Array {
  try {
    return keyOfSecretPoint(openWithSecret(suiteOf(suite).group.decodeScalar(s), dealing, suite), label);
  } catch (error) {
    if (error instanceof TrustError) throw openingError('OPENING.SECRET_WRONG', { reason: error.code });
    throw error;
  }
}
