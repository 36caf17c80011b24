import { Injectable } from '@nestjs/common';
import { formatInstant, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { signedByCaller } from '#evaluation';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import { hashText, suiteField } from '#trust';
import type { Publicity, Signed } from '#trust';
import type { Principal } from '#web';
import { decideAward, publicityUntil, SIGNING_MS } from '../domain/award-procedure.ts';
import { AwardFactsReader, instantOf, refused } from './award-facts.ts';
import type { AwardCase } from './award-facts.ts';
import { AwardStore } from './award-store.ts';

/** Candidate publicity (候选人公示, 条例54): who was ranked, for at least three days, signed and logged. */
@Injectable()
export class PubliciseCandidates {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly awards: AwardStore,
    private readonly facts: AwardFactsReader,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  async draft(lotId: LotId, caller: Principal): Promise<Publicity> {
    const known = await this.facts.load(lotId, caller);
    const now = await this.unitOfWork.run((tx) => tx.now(), { readOnly: true });
    return compose(known, now, publicityUntil(known.ruleset, now, known.lot.acceleration));
  }

  async publish(lotId: LotId, signed: Signed<Publicity>, caller: Principal): Promise<{ hash: string }> {
    const known = await this.facts.load(lotId, caller);
    const by = known.lot.agency.creditCode;
    unwrap(await signedByCaller(this.parties, { type: 'publicity', signed, caller, by }));
    const { record } = signed;
    const hash = hashText('publicity', record);
    const period = { from: instantOf(record.from), until: instantOf(record.until) };
    if (hashText('publicity', compose(known, period.from, period.until)) !== hash)
      throw refused('AWARD.RECORD_DIFFERS');
    await this.unitOfWork.run(async (tx) => {
      const procedure = await this.awards.find(tx, lotId);
      if (!procedure) throw refused('AWARD.NO_RESULT');
      const now = await tx.now();
      if (period.from > now + SIGNING_MS) throw refused('AWARD.RECORD_STALE', { now: formatInstant(now) });
      const facts = {
        ...known,
        scale: known.lot.acceleration,
        publicity: period,
        firstRank: null,
        awarded: null,
      };
      const to = unwrap(decideAward(procedure.state, 'publicise', facts, now));
      const { personId, certificateFingerprint: certificate } = caller;
      const step = { event: 'publicise', to, record: signed, hash, ruleset: known.lot.ruleset } as const;
      await this.awards.apply(tx, procedure, { ...step, personId, certificate });
      await this.transparency.append(tx, hash, { published: true });
      await tx.publish({ type: 'award.publicised', key: lotId, payload: { lotId, publicity: hash } });
    });
    return { hash };
  }
}

function compose({ lot, report, candidates }: AwardCase, from: Instant, until: Instant): Publicity {
  return {
    type: 'publicity',
    ...suiteField(lot.suite),
    lot: lot.id,
    report: report.hash,
    candidates: candidates.map(({ c, bidder, sheet }, index) => ({
      rank: index + 1,
      c,
      bidder,
      price: sheet.price,
    })),
    from: formatInstant(from),
    until: formatInstant(until),
  };
}
