import { Injectable } from '@nestjs/common';
import { addMs, formatInstant, parseInstant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { cancellation as cancellationSchema, hashText, signed as signedSchema, suiteField } from '#trust';
import type { Cancellation, Certificate, Signed } from '#trust';
import type { Principal } from '#web';
import { DRAFT_VALID_MS } from '../domain/notice-record.ts';
import { tenderError } from '../domain/refusals.ts';
import { actorOf, LotSteps } from './lot-steps.ts';
import type { HeldLot } from './lot-steps.ts';
import { NoticeStore } from './notice-store.ts';
import { readRecord, Signers } from './signed-input.ts';

const signedCancellation = signedSchema(cancellationSchema);

/**
 * 终止招标 (条例31): the tenderee or its agency ends a tender before its deadline, with a signed, logged and published
 * record of why. Sealed bids stay sealed: nothing of them is ever opened. A draft, which nobody has seen, just ends.
 */
@Injectable()
export class CancelLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly notices: NoticeStore,
    private readonly steps: LotSteps,
    private readonly signers: Signers,
    private readonly transparency: Transparency,
  ) {}

  /** The record to sign. */
  async draft(
    who: Principal,
    lotId: LotId,
    given: { readonly reason: string; readonly article: string },
  ): Promise<Cancellation> {
    return this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertSide(held, who);
      if (held.lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
      return this.recordOf(tx, held, given, held.now);
    });
  }

  /** `input`: Signed<Cancellation>; undefined for a draft. */
  async run(
    who: Principal,
    lotId: LotId,
    input: unknown,
    address: string,
  ): Promise<Signed<Cancellation> | null> {
    const signed = input === undefined ? null : readRecord(signedCancellation, input);
    const signers = signed && (await this.signers.of('cancellation', signed));
    await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertSide(held, who);
      if (held.lot.state === 'draft') return this.end(tx, held, { who, address, logged: null });
      if (!signed || !signers) throw tenderError('TENDERING.RECORD_MALFORMED', { path: 'signed' });
      const hash = await this.check(tx, held, signed, signers);
      await this.end(tx, held, { who, address, logged: hash });
      await this.notices.addCancellation(tx, signed, hash);
      await this.transparency.append(tx, hash, { published: true });
      await tx.publish({ type: 'tendering.lot-cancelled', key: lotId, payload: { lotId } });
    });
    return signed;
  }

  private async end(
    tx: Tx,
    { lot, now }: HeldLot,
    { who, address, logged }: { who: Principal; address: string; logged: string | null },
  ): Promise<void> {
    const step = { actor: actorOf(who, address), ...(logged === null ? {} : { logged }) };
    await this.steps.take(tx, lot, { event: 'cancel' }, now, step);
  }

  /** The very record that would be drafted now, signed by this side; its hash. */
  private async check(
    tx: Tx,
    held: HeldLot,
    { record }: Signed<Cancellation>,
    signers: readonly Certificate[],
  ): Promise<string> {
    const sides = sidesOf(held);
    if (!signers.every(({ holder }) => sides.includes(holder.creditCode ?? '')))
      throw tenderError('TENDERING.SIGNATURE_REFUSED', { reason: 'not the agency or tenderee' });
    const at = parseInstant(record.cancelledAt);
    if (at === null) throw tenderError('TENDERING.TIME_MALFORMED');
    if (at > held.now || held.now >= addMs(at, DRAFT_VALID_MS))
      throw tenderError('TENDERING.NOTICE_STALE', {
        cancelledAt: record.cancelledAt,
        now: formatInstant(held.now),
      });
    const hash = hashText('cancellation', record);
    if (hashText('cancellation', await this.recordOf(tx, held, record, at)) !== hash)
      throw tenderError('TENDERING.NOTICE_DIFFERS', { lot: held.lot.id });
    return hash;
  }

  private async recordOf(
    tx: Tx,
    { lot }: HeldLot,
    { reason, article }: { readonly reason: string; readonly article: string },
    at: Instant,
  ): Promise<Cancellation> {
    const last = (await this.notices.notices(tx, lot.id)).at(-1);
    if (!last) throw tenderError('TENDERING.LOT_UNKNOWN');
    return {
      type: 'cancellation',
      ...suiteField(lot.suite),
      lot: lot.id,
      notice: hashText('notice', last.record),
      lotKeyHash: lot.lotKeyHash,
      reason,
      article,
      cancelledAt: formatInstant(at),
    };
  }
}

const sidesOf = ({ project }: HeldLot): readonly string[] => [
  project.agency.creditCode,
  project.tenderee.creditCode,
];

/** Outsiders are told the same as of a lot that does not exist; of a draft only the agency knows. */
function assertSide(held: HeldLot, who: Principal): void {
  const draft = held.lot.state === 'draft';
  const may = draft ? [held.project.agency.creditCode] : sidesOf(held);
  if (!may.includes(who.organisationId))
    throw tenderError(draft ? 'TENDERING.LOT_UNKNOWN' : 'TENDERING.NOT_YOURS');
}
