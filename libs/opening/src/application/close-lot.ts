import { Injectable } from '@nestjs/common';
import { IntegrityError, MINUTE, faultPoint, formatInstant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Bidding } from '#bidding';
import type { AcceptedMove, CloseLists } from '#bidding';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Tendering } from '#tendering';
import { Transparency } from '#transparency';
import type { SignedCheckpoint } from '#transparency';
import { byArrival, closeDueAt, hashText, releaseDueAt, suiteField } from '#trust';
import type { AcceptedBid, Close, DeadlineChange, LotKey, SuiteId, WitnessTerms } from '#trust';
import { decide, nextDueAt } from '../domain/opening-states.ts';
import { BidStore } from './bid-store.ts';
import { SessionStore } from './session-store.ts';
import type { Session } from './session-store.ts';

/** For an outside authority's word, before the tender's acceleration. */
const OUTSIDE_TIME_WAIT_MS = 30 * MINUTE;

type Leaves = ReadonlyMap<string, { readonly blind: string; readonly index: number }>;

/** The two stores of the session, for use cases that write both. */
@Injectable()
export class OpeningStores {
  constructor(
    readonly sessions: SessionStore,
    readonly bids: BidStore,
  ) {}
}

/**
 * CLOSE (PROTOCOL section 7): the final list, from the first checkpoint at or after the deadline and its margin. Signed
 * and logged in the transaction that stores it; the primary key allows one per lot.
 */
@Injectable()
export class CloseLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly bidding: Bidding,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
    private readonly tendering: Tendering,
  ) {}

  /** Does nothing before the deadline, its margin, the log's next tick and its witnesses, and where it was done already. */
  async run(session: Session): Promise<void> {
    const { lotId } = session;
    const dueAt = closeDueAt(session.deadline, session.acceleration);
    // Before the checkpoint is chosen: whatever arrived in time has been decided and is on its way into the log.
    await this.bidding.settle(lotId);
    const lists = await this.unitOfWork.run((tx) => this.bidding.closeLists(tx, lotId));
    const found = await this.checkpointOver(lists, dueAt, await this.termsOf(lotId));
    if (!found) return;
    const { checkpoint, leaves } = found;
    const crls = (await this.parties.crls()).map((crl) => crl.sha256).sort();
    const lot = await this.tendering.lot(lotId);
    if (!lot?.lotKey) throw new IntegrityError('a lot that is due for CLOSE has no key', { lotId });
    if (await this.awaitsOutsideTime(lot.lotKey.record, leaves, dueAt)) return;
    const change = lot.deadlineChanges.at(-1)?.record ?? null;
    const { suite } = lot;
    await faultPoint('opening.close.before');
    await this.unitOfWork.run(async (tx) => {
      const held = await this.stores.sessions.lock(tx, lotId);
      if (held?.state !== 'waiting' || held.deadline !== lists.deadline) return;
      // Moved in this very moment: the event that says so is on its way.
      if (change && change.to !== formatInstant(held.deadline)) return;
      const now = await tx.now();
      const facts = await this.stores.sessions.facts(tx, held);
      const next = decide(held.state, 'close', facts, now);
      if (!next.ok) return;
      const close = closeRecord(held, lists, { suite, checkpoint, leaves, crls, change, closedAt: now });
      await this.store(tx, held, close);
    });
    await faultPoint('opening.close.after');
  }

  /**
   * Where LOTKEY names outside time-stamp authorities, CLOSE lists what one of them has seen; the next round looks again.
   * After a while it is made without (ADR 0032): a silent authority must not keep bids out, nor stop the opening.
   */
  private async awaitsOutsideTime(lotKey: LotKey, leaves: Leaves, dueAt: Instant): Promise<boolean> {
    const last = Math.max(-1, ...[...leaves.values()].map(({ index }) => index));
    if (await this.transparency.outsideTimeCovers(lotKey.outsideTime ?? [], last)) return false;
    const now = await this.unitOfWork.run((tx) => tx.now());
    return now < dueAt + OUTSIDE_TIME_WAIT_MS / lotKey.acceleration.waits;
  }

  /**
   * The first checkpoint at or after `dueAt` that covers all that stands, so that nobody is left out whose leaf found no
   * place on the first tick; null until the log's clock has made it.
   */
  private async checkpointOver(
    lists: CloseLists,
    dueAt: Instant,
    terms: WitnessTerms,
  ): Promise<{ checkpoint: SignedCheckpoint; leaves: Leaves } | null> {
    const hashes = [...standingOf(lists).map(({ c }) => c), ...movesOf(lists).map(({ hash }) => hash)];
    const checkpoint = await this.transparency.checkpointAtOrAfter(dueAt, hashes, terms);
    return checkpoint && { checkpoint, leaves: await this.transparency.leaves(hashes) };
  }

  /** What LOTKEY declares about witnesses: CLOSE waits for their quorum (PROTOCOL section 7). */
  private async termsOf(lotId: LotId): Promise<WitnessTerms> {
    const lotKey = (await this.tendering.lot(lotId))?.lotKey?.record;
    return lotKey ? { q: lotKey.q, witnesses: lotKey.witnesses } : { q: 0, witnesses: [] };
  }

  private async store(tx: Tx, session: Session, close: Close): Promise<void> {
    const { lotId } = session;
    const { sessions, bids } = this.stores;
    const signed = await this.transparency.signAs('platform', 'close', close);
    const hash = hashText('close', close);
    await sessions.addClose(tx, lotId, { hash, signed });
    for (const { c, arrivedAt } of close.accepted) await bids.add(tx, lotId, { c, arrivedAt });
    await this.transparency.append(tx, hash, { published: true });
    const shown = [
      ...close.accepted.map(({ c }) => c),
      ...close.moves.flatMap(({ move }) => [hashText('move', move.record), move.record.from]),
    ];
    await this.transparency.publish(tx, shown);
    const change = { closedAt: instantOf(close.closedAt), releaseAt: instantOf(close.releaseAt) };
    const next = { state: 'closed' as const, ...change };
    const due = nextDueAt('closed', { closeDueAt: session.deadline, releaseAt: change.releaseAt });
    const told = { releaseAt: close.releaseAt, bids: close.accepted.length };
    await sessions.move(tx, session, 'close', { ...next, nextDueAt: due, told }, 'clock');
    const listed = close.accepted.map(({ c, arrivedAt }) => ({ kind: 'listed', c, facts: { arrivedAt } }));
    await sessions.sayAll(tx, lotId, listed);
    await tx.publish({ type: 'opening.closed', key: lotId, payload: { lotId } });
    await faultPoint('opening.close.stored');
  }
}

const instantOf = (text: string): Instant => Date.parse(text) as Instant;

const standingOf = (lists: CloseLists) => lists.accepted.filter(({ state }) => state === 'stored');

/** Moves of bids that had been whole; what was never whole is listed as incomplete, moved or not. */
function movesOf(lists: CloseLists): readonly AcceptedMove[] {
  const whole = new Set(lists.accepted.map(({ c }) => c));
  return lists.moves.filter(({ move }) => whole.has(move.record.from));
}

interface CloseParts {
  readonly suite: SuiteId;
  readonly checkpoint: SignedCheckpoint;
  readonly leaves: Leaves;
  readonly crls: readonly string[];
  readonly change: DeadlineChange | null;
  readonly closedAt: Instant;
}

function leafOf(leaves: Leaves, hash: string): { blind: string; index: number } {
  const leaf = leaves.get(hash);
  if (!leaf) throw new IntegrityError('an accepted record has no leaf', { hash });
  return leaf;
}

function closeRecord(session: Session, lists: CloseLists, parts: CloseParts): Close {
  const { leaves, closedAt } = parts;
  const accepted: AcceptedBid[] = standingOf(lists).map(({ c, arrivedAt, storedAt, token }) => ({
    c,
    arrivedAt: formatInstant(arrivedAt),
    storedAt: formatInstant(storedAt),
    ...leafOf(leaves, c),
    token,
  }));
  return {
    type: 'close',
    ...suiteField(parts.suite),
    lotKeyHash: session.lotKeyHash,
    deadline: formatInstant(session.deadline),
    deadlineChange: parts.change && hashText('deadline', parts.change),
    checkpoint: parts.checkpoint.text,
    closedAt: formatInstant(closedAt),
    releaseAt: formatInstant(releaseDueAt(closedAt, session.acceleration)),
    accepted: accepted.sort(byArrival),
    moves: movesOf(lists).map(({ hash, move, arrivedAt, token }) => ({
      move,
      arrivedAt: formatInstant(arrivedAt),
      ...leafOf(leaves, hash),
      token,
    })),
    refused: lists.refused.map(({ c, arrivedAt, reason }) => ({
      c,
      arrivedAt: formatInstant(arrivedAt),
      reason,
    })),
    intake: [],
    crls: [...parts.crls],
  };
}
