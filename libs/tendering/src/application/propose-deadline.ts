import { Injectable } from '@nestjs/common';
import { parseInstant, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { deadlineChange, signed as signedSchema, suiteIdOf } from '#trust';
import type { DeadlineChange, Signed } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/decide-lot.ts';
import type { Lot, Project } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { actorOf, LotSteps } from './lot-steps.ts';
import { LotStore } from './lot-store.ts';
import { NoticeStore } from './notice-store.ts';
import type { Proposal } from './notice-store.ts';
import { readRecord, Signers } from './signed-input.ts';

const signedChange = signedSchema(deadlineChange);

/** A proposal lives as long as it names the key, the deadline and the sequence that hold, before the deadline. */
export function stillFits(lot: Lot, { record }: Signed<DeadlineChange>, now: Instant): boolean {
  const fits =
    record.lotKeyHash === lot.lotKeyHash &&
    suiteIdOf(record) === lot.suite &&
    record.sequence === lot.deadlineChanges + 1;
  return fits && parseInstant(record.from) === lot.deadline && now < lot.deadline && lot.state === 'keyed';
}

/**
 * The way of a deadline change from who wants it to who must sign it too: agency or tenderee signs and leaves it here,
 * the regulator reads the very record, signs it and sends both signatures as the change. By itself it moves nothing.
 */
@Injectable()
export class ProposeDeadline {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly notices: NoticeStore,
    private readonly steps: LotSteps,
    private readonly signers: Signers,
  ) {}

  async run(who: Principal, lotId: LotId, input: unknown, address: string): Promise<Signed<DeadlineChange>> {
    const signed = readRecord(signedChange, input);
    const [from, to] = [parseInstant(signed.record.from), parseInstant(signed.record.to)];
    if (from === null || to === null) throw tenderError('TENDERING.TIME_MALFORMED');
    const signers = await this.signers.of('deadline', signed);
    await this.unitOfWork.run(async (tx) => {
      const { lot, project, now } = await this.steps.hold(tx, lotId);
      if (lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
      const sides = [project.agency.creditCode, project.tenderee.creditCode];
      if (!sides.includes(who.organisationId)) throw tenderError('TENDERING.NOT_YOURS');
      if (!signers.every(({ holder }) => sides.includes(holder.creditCode ?? '')))
        throw tenderError('TENDERING.SIGNATURE_REFUSED', { reason: 'not the agency or tenderee' });
      unwrap(decide(lot.state, { event: 'move-deadline', from, to }, this.steps.factsOf(lot), now));
      if (!stillFits(lot, signed, now))
        throw tenderError('TENDERING.DEADLINE_STALE', { sequence: lot.deadlineChanges + 1 });
      await this.notices.propose(tx, lotId, signed, actorOf(who, address));
    });
    return signed;
  }

  /** For the three that may sign; null where none waits. */
  async waiting(who: Principal, lotId: LotId): Promise<Proposal | null> {
    return this.unitOfWork.run(
      async (tx) => {
        const lot = await this.lots.lot(tx, lotId);
        const project = lot && (await this.lots.project(tx, lot.projectId));
        if (!lot || !project || lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
        if (!partiesOf(project).includes(who.organisationId)) throw tenderError('TENDERING.NOT_YOURS');
        const found = await this.notices.proposal(tx, lotId);
        return found && stillFits(lot, found.signed, await tx.now()) ? found : null;
      },
      { readOnly: true },
    );
  }
}

const partiesOf = ({ agency, tenderee, regulator }: Project): readonly string[] =>
  [agency, tenderee, regulator].map(({ creditCode }) => creditCode);
