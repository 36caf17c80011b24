import { Injectable } from '@nestjs/common';
import { formatInstant, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { hashText, notice as noticeSchema, signed as signedSchema } from '#trust';
import type { DocumentRef, Notice, Signed } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/decide-lot.ts';
import type { Lot } from '../domain/lot.ts';
import { lotKeyTermsRecord } from '../domain/lot-key-terms.ts';
import type { LotCommand, LotFacts } from '../domain/lot-rules.ts';
import { checkKind, checkSignedNotice, noticeRecord } from '../domain/notice-record.ts';
import type { NoticeDraft } from '../domain/notice-record.ts';
import { tenderError } from '../domain/refusals.ts';
import { LotKeyStore } from './lot-key-store.ts';
import { actorOf, assertAgency, LotSteps } from './lot-steps.ts';
import type { HeldLot } from './lot-steps.ts';
import { NoticeStore } from './notice-store.ts';
import { readRecord, Signers } from './signed-input.ts';

const signedNotice = signedSchema(noticeSchema);
/** A notice names up to 200 documents and says up to 20,000 characters. */
const MAX_NOTICE_BYTES = 256 * 1024;

/** What the machine is asked when this draft is published, and the facts that the draft changes. */
function stepOf(lot: Lot, draft: NoticeDraft, documents: number) {
  const first = lot.noticeVersion === 0;
  const command: LotCommand = first ? { event: 'publish' } : { event: 'change', deadline: draft.deadline };
  const facts: Partial<LotFacts> = first ? { documents, deadline: draft.deadline } : { documents };
  return { command, facts };
}

/** Drafts and publishes the notice, its clarifications and changes. Published versions never change. */
@Injectable()
export class PublishNotice {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly notices: NoticeStore,
    private readonly keys: LotKeyStore,
    private readonly steps: LotSteps,
    private readonly signers: Signers,
    private readonly transparency: Transparency,
  ) {}

  /** The record to sign, if it might be published now: the time limits are judged here, and again on publication. */
  async draft(
    who: Principal,
    lotId: LotId,
    asked: { readonly kind: Notice['kind']; readonly summary: string; readonly deadline: Instant | null },
  ): Promise<Notice> {
    return this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      unwrap(checkKind(held.lot, asked.kind));
      const documents = await this.documentsOf(tx, lotId);
      const { kind, summary } = asked;
      const deadline = asked.deadline ?? held.lot.deadline;
      const draft: NoticeDraft = { kind, summary, deadline, publishedAt: held.now };
      const { command, facts } = stepOf(held.lot, draft, documents.length);
      unwrap(decide(held.lot.state, command, { ...this.steps.factsOf(held.lot), ...facts }, held.now));
      return noticeRecord(held.project, held.lot, documents, draft);
    });
  }

  async publish(who: Principal, lotId: LotId, input: unknown, address: string): Promise<Signed<Notice>> {
    const signed = readRecord(signedNotice, input, MAX_NOTICE_BYTES);
    const signers = await this.signers.of('notice', signed);
    const suite = await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      return held.lot.suite;
    });
    const room = await this.transparency.roomKey(lotId, suite);
    await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      // The draft came to another suite meanwhile: a room of the first one would open nothing.
      if (held.lot.suite !== suite) throw tenderError('TENDERING.CONFLICT');
      const agency = held.project.agency.creditCode;
      if (!signers.every(({ holder }) => holder.creditCode === agency))
        throw tenderError('TENDERING.SIGNATURE_REFUSED', { reason: 'not the agency' });
      await this.apply(tx, held, signed, { who, address, room });
    });
    return signed;
  }

  private async apply(
    tx: Tx,
    held: HeldLot,
    signed: Signed<Notice>,
    given: { readonly who: Principal; readonly address: string; readonly room: string },
  ): Promise<void> {
    const { lot, project, now } = held;
    const documents = await this.documentsOf(tx, lot.id);
    unwrap(checkKind(lot, signed.record.kind));
    const draft = unwrap(checkSignedNotice(project, lot, documents, signed.record, now));
    const { command, facts } = stepOf(lot, draft, documents.length);
    const hash = hashText('notice', signed.record);
    const { version } = signed.record;
    await this.steps.take(tx, lot, command, now, {
      facts,
      actor: actorOf(given.who, given.address),
      change: { noticeVersion: version },
      logged: hash,
    });
    await this.notices.addNotice(tx, signed, hash);
    await this.notices.publishDrafts(tx, lot.id, version);
    await this.transparency.append(tx, hash, { published: true });
    if (version === 1 || (lot.state === 'published' && draft.deadline !== lot.deadline))
      await this.renewTerms(tx, lot, { room: given.room, deadline: draft.deadline, now, signed });
    const payload = { lotId: lot.id, version };
    await tx.publish({ type: 'tendering.notice-published', key: lot.id, payload });
    if (version > 1 && draft.deadline !== lot.deadline)
      await tx.publish({
        type: 'tendering.deadline-moved',
        key: lot.id,
        payload: { lotId: lot.id, deadline: formatInstant(draft.deadline) },
      });
  }

  /** LOTKEY states the deadline: until it is complete a moved deadline makes new terms, and the trustees begin again. */
  private async renewTerms(
    tx: Tx,
    lot: Lot,
    given: { room: string; deadline: Instant; now: Instant; signed: Signed<Notice> },
  ): Promise<void> {
    const [first = given.signed] = await this.notices.notices(tx, lot.id);
    const { room, deadline, now: createdAt } = given;
    const noticeHash = hashText('notice', first.record);
    const outsideTime = this.transparency.outsideAuthorities();
    const witnessing = this.transparency.witnessTerms();
    const declared = { noticeHash, deadline, room, createdAt, outsideTime, witnessing };
    const terms = lotKeyTermsRecord(lot, declared);
    await this.keys.replaceTerms(tx, lot.id, terms);
  }

  private async documentsOf(tx: Tx, lotId: LotId): Promise<readonly DocumentRef[]> {
    const documents = await this.notices.nextDocuments(tx, lotId);
    return documents.map(({ name, size, sha256 }) => ({ name, size, sha256 }));
  }
}
