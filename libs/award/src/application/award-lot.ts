import { Injectable } from '@nestjs/common';
import { formatInstant, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { signedByCaller } from '#evaluation';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { hashText, suiteField } from '#trust';
import type { Award, Signed } from '#trust';
import type { Principal } from '#web';
import { decideAward, SIGNING_MS } from '../domain/award-procedure.ts';
import type { AwardState } from '../domain/award-procedure.ts';
import { AwardFactsReader, instantOf, refused } from './award-facts.ts';
import type { AwardCase } from './award-facts.ts';
import { AwardStore } from './award-store.ts';
import type { AwardProcedure } from './award-store.ts';

/** The award letter (中标通知书): to the first rank, after publicity, signed and logged (条例55, 20号令40). */
@Injectable()
export class AwardLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly awards: AwardStore,
    private readonly facts: AwardFactsReader,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  async draft(lotId: LotId, caller: Principal): Promise<Award> {
    const known = await this.facts.load(lotId, caller);
    return this.unitOfWork.run(
      async (tx) => {
        const procedure = await this.find(tx, lotId);
        const now = await tx.now();
        const winner = winnerOf(known);
        this.decide(procedure, known, winner.c, now);
        return compose(known, procedure, now);
      },
      { readOnly: true },
    );
  }

  async run(lotId: LotId, signed: Signed<Award>, caller: Principal): Promise<{ hash: string }> {
    const known = await this.facts.load(lotId, caller);
    const by = known.lot.agency.creditCode;
    unwrap(await signedByCaller(this.parties, { type: 'award', signed, caller, by }));
    const { record } = signed;
    const hash = hashText('award', record);
    await this.unitOfWork.run(async (tx) => {
      const procedure = await this.find(tx, lotId);
      const now = await tx.now();
      const to = this.decide(procedure, known, record.c, now);
      const awardedAt = instantOf(record.awardedAt);
      if (hashText('award', compose(known, procedure, awardedAt)) !== hash)
        throw refused('AWARD.RECORD_DIFFERS');
      if (awardedAt > now || awardedAt < now - SIGNING_MS)
        throw refused('AWARD.RECORD_STALE', { now: formatInstant(now) });
      // The letter's own date must lie after the publicity too, not only the moment at which it is sent.
      this.decide(procedure, known, record.c, awardedAt);
      const { personId, certificateFingerprint: certificate } = caller;
      const step = { event: 'award', to, record: signed, hash, ruleset: known.lot.ruleset } as const;
      await this.awards.apply(tx, procedure, { ...step, personId, certificate });
      await this.transparency.append(tx, hash, { published: true });
      await tx.publish({ type: 'award.awarded', key: lotId, payload: { lotId, award: hash } });
    });
    return { hash };
  }

  private async find(tx: Tx, lotId: LotId): Promise<AwardProcedure> {
    const procedure = await this.awards.find(tx, lotId);
    if (!procedure) throw refused('AWARD.NO_RESULT');
    return procedure;
  }

  private decide(procedure: AwardProcedure, known: AwardCase, awarded: string, now: Instant): AwardState {
    const shown = procedure.publicity?.record;
    const publicity = shown ? { from: instantOf(shown.from), until: instantOf(shown.until) } : null;
    const firstRank = known.report.record.candidates[0] ?? null;
    const { ruleset, lot } = known;
    const facts = { ruleset, scale: lot.acceleration, publicity, firstRank, awarded };
    return unwrap(decideAward(procedure.state, 'award', facts, now));
  }
}

function winnerOf({ candidates }: AwardCase) {
  const [first] = candidates;
  if (!first) throw refused('AWARD.NO_RESULT');
  return first;
}

function compose(known: AwardCase, procedure: AwardProcedure, awardedAt: Instant): Award {
  const { c, bidder, sheet } = winnerOf(known);
  return {
    type: 'award',
    ...suiteField(known.lot.suite),
    lot: known.lot.id,
    publicity: procedure.publicityHash ?? '',
    c,
    bidder,
    price: sheet.price,
    awardedAt: formatInstant(awardedAt),
  };
}
