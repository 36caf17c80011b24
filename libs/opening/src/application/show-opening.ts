import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { formatInstant } from '#kernel';
import type { LotId } from '#kernel';
import { Bidding, JOURNAL_INFO } from '#bidding';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import { eciesOpen, journalEntry, journalKeyPair, parseRecord } from '#trust';
import type { Commit, EnvelopeName, JournalEntry, Shares, SealedShares, Signed } from '#trust';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import type { LotBid } from './bid-store.ts';
import { LotKeys } from './dealing-keys.ts';
import { openingError } from './refusal.ts';
import { SealedEnvelopes } from './sealed-envelopes.ts';
import type { HallEvent, Session } from './session-store.ts';
import { ShareStore } from './share-store.ts';
import type { SharesKey } from './share-store.ts';

/** How far one bid is, in a word: its outcome as soon as there is one. */
const progressOf = (bid: LotBid): string => {
  if (bid.outcome !== null) return bid.outcome;
  if (bid.damagedAt !== null) return 'damaged';
  if (bid.sheet !== null) return 'sheet-opened';
  if (bid.standing) return 'standing';
  return bid.identity === null ? 'sealed' : 'identity-opened';
};

const stageName = ({ stage, audience }: Pick<SharesKey, 'stage' | 'audience'>): string =>
  `${stage}/${audience}`;

/** What the hall shows to anyone (20号令29: in public). */
@Injectable()
export class ShowOpening {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly shares: ShareStore,
    private readonly advance: AdvanceLot,
    private readonly transparency: Transparency,
  ) {}

  async view(lotId: LotId) {
    const session = await this.advance.run(lotId);
    const read = await this.unitOfWork.run(async (tx) => {
      const { sessions, bids } = this.stores;
      return {
        now: await tx.now(),
        close: await sessions.close(tx, lotId),
        additions: await sessions.additions(tx, lotId),
        bids: await bids.list(tx, lotId),
        shares: await this.shares.list(tx, lotId, {}),
        refused: await this.shares.refused(tx, lotId),
        objections: await sessions.objections(tx, lotId),
        record: await sessions.record(tx, lotId),
      };
    });
    const addLogs = await Promise.all(read.additions.map(({ hash }) => this.transparency.logReceipt(hash)));
    return {
      state: session.state,
      lotKeyHash: session.lotKeyHash,
      deadline: formatInstant(session.deadline),
      close: read.close?.signed ?? null,
      closeLog: read.close ? await this.transparency.logReceipt(read.close.hash) : null,
      adds: read.additions.map(({ signed }) => signed),
      addLogs,
      releaseAt: session.releaseAt === null ? null : formatInstant(session.releaseAt),
      serverTime: formatInstant(read.now),
      bids: read.bids.map((bid) => ({
        c: bid.c,
        arrivedAt: bid.arrivedAt,
        progress: progressOf(bid),
        reason: bid.reason,
        bidder: bid.bidder,
        sheet: bid.sheet,
        damaged: bid.damagedEnvelope,
      })),
      trustees: trusteesOf(read.shares, read.refused),
      objections: read.objections.map(({ n, name, at, text, answer, answeredAt }) => ({
        n,
        by: name,
        at: formatInstant(at),
        text,
        answer,
        answeredAt: answeredAt === null ? null : formatInstant(answeredAt),
      })),
      record: read.record?.signed ?? null,
    };
  }

  /** Signed shares of public dealings and the journal; of committee dealings only what announces them. */
  async sharesOf(
    lotId: LotId,
    filter: { readonly stage?: number; readonly audience?: SharesKey['audience'] },
  ): Promise<readonly (Signed<Shares> | Signed<SealedShares>)[]> {
    await this.closed(lotId);
    const found = await this.unitOfWork.run((tx) => this.shares.list(tx, lotId, filter));
    return found.map(({ signed }) => signed);
  }

  async events(lotId: LotId, after: number, limit: number): Promise<readonly HallEvent[]> {
    await this.advance.run(lotId);
    return this.unitOfWork.run((tx) => this.stores.sessions.events(tx, lotId, after, limit));
  }

  /** @throws RefusalError OPENING.NOT_CLOSED: before CLOSE nobody may learn of a single bid (法22) */
  async closed(lotId: LotId): Promise<Session> {
    const session = await this.advance.run(lotId);
    if (session.state === 'waiting') throw openingError('OPENING.NOT_CLOSED');
    return session;
  }
}

function trusteesOf(
  shares: readonly SharesKey[],
  refused: readonly (SharesKey & { readonly reason: string })[],
) {
  const seats = [...new Set([...shares, ...refused].map(({ i }) => i))].sort((a, b) => a - b);
  return seats.map((i) => ({
    i,
    stages: shares.filter((one) => one.i === i).map(stageName),
    refused: refused
      .filter((one) => one.i === i)
      .map((one) => ({ stage: stageName(one), reason: one.reason })),
  }));
}

/** The sealed bids themselves, for anyone who re-checks them; and the journal, for who must read it. */
@Injectable()
export class ShowBids {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly show: ShowOpening,
    private readonly lotKeys: LotKeys,
    private readonly envelopes: SealedEnvelopes,
    private readonly bidding: Bidding,
  ) {}

  /** COMMITs of accepted and added bids and of those that moved out, by c: up to `limit + 1` after `after`. */
  async commits(lotId: LotId, after: string, limit: number): Promise<{ c: string; commit: Commit }[]> {
    await this.show.closed(lotId);
    const { close, additions } = await this.unitOfWork.run(async (tx) => ({
      close: await this.stores.sessions.close(tx, lotId),
      additions: await this.stores.sessions.additions(tx, lotId),
    }));
    const added = new Map(additions.map(({ signed, commit }) => [signed.record.bid.c, commit]));
    const named = new Set([
      ...(close?.signed.record.accepted.map(({ c }) => c) ?? []),
      ...(close?.signed.record.moves.map(({ move }) => move.record.from) ?? []),
      ...added.keys(),
    ]);
    const page = [...named]
      .sort()
      .filter((c) => c > after)
      .slice(0, limit + 1);
    const commits = await Promise.all(page.map(async (c) => added.get(c) ?? this.bidding.commit(c)));
    return page.flatMap((c, at) => {
      const commit = commits[at];
      return commit ? [{ c, commit }] : [];
    });
  }

  /** Ciphertext of a public envelope. */
  async envelope(
    lotId: LotId,
    c: string,
    e: EnvelopeName,
    range: (length: number) => { readonly start: number; readonly end?: number },
  ): Promise<{ stream: Readable; length: number }> {
    await this.show.closed(lotId);
    const bid = await this.unitOfWork.run((tx) => this.stores.bids.find(tx, lotId, c));
    if (!bid) throw openingError('OPENING.ENVELOPE_UNKNOWN', { e });
    const commit = (await this.addedCommit(lotId, c)) ?? (await this.bidding.commit(c));
    const found = commit?.envelopes.find((one) => one.e === e);
    if (!found) throw openingError('OPENING.ENVELOPE_UNKNOWN', { e });
    if (e !== 'I' && e !== 'E0') throw openingError('OPENING.ENVELOPE_RESTRICTED', { e });
    const stream = await this.envelopes.stream(c, e, range(found.length));
    return { stream, length: found.length };
  }

  /** Who submitted what (20号令49): readable as soon as k trustees have opened the journal; null before. */
  async journal(lotId: LotId): Promise<readonly JournalEntry[] | null> {
    await this.show.closed(lotId);
    const material = await this.lotKeys.materials.of(lotId);
    const K = await this.lotKeys.keys.journal(material);
    if (!K) return null;
    const { suite } = material.lotKey;
    const { secret } = journalKeyPair(K, suite);
    const boxes = await this.bidding.journalBoxes(lotId);
    const entries = await Promise.all(boxes.map((box) => eciesOpen(secret, JOURNAL_INFO, box, suite)));
    return entries
      .map((bytes) => parseRecord(journalEntry, bytes))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  private async addedCommit(lotId: LotId, c: string): Promise<Commit | null> {
    const additions = await this.unitOfWork.run((tx) => this.stores.sessions.additions(tx, lotId));
    return additions.find(({ signed }) => signed.record.bid.c === c)?.commit ?? null;
  }
}
