import { Injectable } from '@nestjs/common';
import { parseInstant } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import { deadlineChange, hashText, signed as signedSchema, suiteIdOf } from '#trust';
import type { Certificate, DeadlineChange, Signed } from '#trust';
import type { Principal } from '#web';
import type { Project } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { actorOf, LotSteps } from './lot-steps.ts';
import { NoticeStore } from './notice-store.ts';
import { readRecord, Signers } from './signed-input.ts';

const signedChange = signedSchema(deadlineChange);

const creditCodes = (project: Project) => ({
  tendering: [project.agency.creditCode, project.tenderee.creditCode],
  regulator: project.regulator.creditCode,
});

/** PROTOCOL 7: agency or tenderee, **and** the regulator; nobody else's signature belongs there. */
function assertSigners(project: Project, signers: readonly Certificate[]): void {
  const { tendering, regulator } = creditCodes(project);
  const codes = signers.map(({ holder }) => holder.creditCode ?? '');
  const complete = codes.includes(regulator) && codes.some((code) => tendering.includes(code));
  if (!complete || codes.some((code) => code !== regulator && !tendering.includes(code)))
    throw tenderError('TENDERING.DEADLINE_SIGNERS');
}

/** Moves the deadline of a lot that takes bids: later only, signed by both sides, logged. */
@Injectable()
export class ChangeDeadline {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly notices: NoticeStore,
    private readonly steps: LotSteps,
    private readonly signers: Signers,
    private readonly transparency: Transparency,
  ) {}

  async run(who: Principal, lotId: LotId, input: unknown, address: string): Promise<Signed<DeadlineChange>> {
    const signed = readRecord(signedChange, input);
    const [from, to] = [parseInstant(signed.record.from), parseInstant(signed.record.to)];
    if (from === null || to === null) throw tenderError('TENDERING.TIME_MALFORMED');
    const signers = await this.signers.of('deadline', signed);
    const hash = hashText('deadline', signed.record);
    await this.unitOfWork.run(async (tx) => {
      const { lot, project, now } = await this.steps.hold(tx, lotId);
      const { tendering, regulator } = creditCodes(project);
      if (lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
      if (![...tendering, regulator].includes(who.organisationId)) throw tenderError('TENDERING.NOT_YOURS');
      assertSigners(project, signers);
      const sequence = lot.deadlineChanges + 1;
      if (suiteIdOf(signed.record) !== lot.suite)
        throw tenderError('TENDERING.DEADLINE_STALE', { suite: lot.suite });
      if (lot.lotKeyHash !== null && signed.record.lotKeyHash !== lot.lotKeyHash)
        throw tenderError('TENDERING.DEADLINE_STALE', { lotKeyHash: lot.lotKeyHash });
      if (lot.lotKeyHash !== null && signed.record.sequence !== sequence)
        throw tenderError('TENDERING.DEADLINE_STALE', { sequence });
      await this.steps.take(tx, lot, { event: 'move-deadline', from, to }, now, {
        actor: actorOf(who, address),
        change: { deadlineChanges: sequence },
        logged: hash,
      });
      await this.notices.addDeadlineChange(tx, lotId, signed, hash);
      await this.transparency.append(tx, hash, { published: true });
      const payload = { lotId, deadline: signed.record.to };
      await tx.publish({ type: 'tendering.deadline-moved', key: lotId, payload });
    });
    return signed;
  }
}
