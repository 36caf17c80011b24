import { Injectable } from '@nestjs/common';
import { IntegrityError, faultPoint, unwrap } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import {
  TrustError,
  b64u,
  bidLabel,
  checkOpenedManifest,
  envelopeContext,
  envelopeKey,
  openingSheet,
  parseRecord,
} from '#trust';
import type { Audience, Commit, EnvelopeName, OpeningSheet, StageRule } from '#trust';
import { openEnvelopeFile } from '#trust/node';
import { decide } from '../domain/opening-states.ts';
import type { IndexedFile, LotBid } from './bid-store.ts';
import { OpeningStores } from './close-lot.ts';
import { LotKeys } from './dealing-keys.ts';
import { IndexSink } from './index-sink.ts';
import { inTurns } from './in-turns.ts';
import type { LotMaterial } from './lot-material.ts';
import { SealedEnvelopes } from './sealed-envelopes.ts';
import type { Session } from './session-store.ts';

const STAGE = 1;
const SHEET = 'opening-sheet.json';
/** Bids opened side by side: each has a crypto thread of its own beside this one. */
const AT_ONCE = 3;

interface Task {
  readonly bid: LotBid;
  readonly commit: Commit;
  readonly keys: ReadonlyMap<Audience, Uint8Array>;
}

/**
 * Stage 1: opens the contents of the bids that stand. Every envelope is decrypted once, whole, and compared with its
 * manifest, so that a fault is found here and attributed; committee files are then read from the sealed envelope
 * itself, so that no plaintext lies in the store.
 */
@Injectable()
export class OpenContents {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly lotKeys: LotKeys,
    private readonly envelopes: SealedEnvelopes,
  ) {}

  /** True when something moved on. */
  async run(session: Session): Promise<boolean> {
    const material = await this.lotKeys.materials.of(session.lotId);
    const tasks = await this.tasks(session, material);
    const progress = await inTurns(tasks, AT_ONCE, (task) => this.openBid(session, material, task));
    return (await this.finish(session)) || progress.some((moved) => moved);
  }

  private async tasks({ lotId }: Session, material: LotMaterial): Promise<Task[]> {
    const bids = await this.unitOfWork.run((tx) => this.stores.bids.list(tx, lotId));
    const open = bids.filter((bid) => bid.standing && bid.outcome === null);
    const wanted = material.bids.filter(({ c }) => open.some((bid) => bid.c === c));
    const audiences = new Set(rulesOf(material).map(({ audience }) => audience));
    const keys = new Map<Audience, ReadonlyMap<string, Uint8Array>>();
    for (const audience of audiences) {
      keys.set(audience, await this.lotKeys.keys.of(material, wanted, STAGE, audience));
    }
    return wanted.flatMap(({ c, commit }) => {
      const bid = open.find((one) => one.c === c);
      const own = new Map<Audience, Uint8Array>();
      for (const [audience, byBid] of keys) {
        const key = byBid.get(c);
        if (key) own.set(audience, key);
      }
      return bid ? [{ bid, commit, keys: own }] : [];
    });
  }

  private async openBid(session: Session, material: LotMaterial, task: Task): Promise<boolean> {
    const { lotId } = session;
    const { c } = task.bid;
    const done = await this.unitOfWork.run((tx) => this.stores.bids.openedEnvelopes(tx, lotId, c));
    let moved = false;
    for (const rule of rulesOf(material)) {
      const key = task.keys.get(rule.audience);
      if (!key) continue;
      for (const e of rule.envelopes.filter((name) => !done.includes(name))) {
        const opened = await this.openOne(session, task, { e, rule, key });
        if (!opened) return true;
        moved = true;
      }
    }
    await this.complete(session, material, c);
    return moved;
  }

  /** False where the bid fell out. */
  private async openOne(
    session: Session,
    task: Task,
    { e, rule, key }: { readonly e: EnvelopeName; readonly rule: StageRule; readonly key: Uint8Array },
  ): Promise<boolean> {
    const { bid, commit } = task;
    try {
      const opened = await this.decrypt(bid, commit, { e, rule, key });
      await faultPoint('opening.envelope.before');
      await this.unitOfWork.run(async (tx) => {
        const { bids, sessions } = this.stores;
        if (opened.sheet) await bids.setSheet(tx, session.lotId, bid.c, opened.sheet);
        const { manifest, files } = opened;
        await bids.addEnvelope(tx, session.lotId, bid.c, { e, manifest, files });
        // What is read out (唱标) is in the event, so that nobody in the hall has to ask again.
        await sessions.say(tx, session.lotId, 'envelope', bid.c, {
          e,
          ...(opened.sheet && read(opened.sheet)),
        });
      });
      await faultPoint('opening.envelope.after');
      return true;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      await this.fault(session, bid.c, e, error);
      return false;
    }
  }

  private async decrypt(
    bid: LotBid,
    commit: Commit,
    { e, rule, key }: { readonly e: EnvelopeName; readonly rule: StageRule; readonly key: Uint8Array },
  ): Promise<{ manifest: string; files: readonly IndexedFile[]; sheet: OpeningSheet | null }> {
    const wanted = commit.envelopes.find((envelope) => envelope.e === e);
    if (!wanted || !bid.statement) throw new IntegrityError('a standing bid is not whole', { c: bid.c, e });
    const index = new IndexSink(e, e === 'E0' ? SHEET : null);
    const label = bidLabel(commit, rule.stage, rule.audience);
    const { manifest, manifestSha256 } = await openEnvelopeFile({
      e,
      key: envelopeKey(key, e, commit.suite),
      suite: commit.suite,
      context: envelopeContext(label, e),
      source: { stream: () => this.envelopes.stream(bid.c, e) },
      root: b64u.decode(wanted.root),
      length: wanted.length,
      sink: index,
    });
    checkOpenedManifest(bid.statement, e, manifestSha256);
    const sheet = e === 'E0' ? readSheet(index.kept, bid) : null;
    return { manifest: manifestSha256, files: index.entries(manifest), sheet };
  }

  /** 20号令31: the bidder's fault → 视为撤销; the platform's → 视为撤回; the others go on. */
  private async fault({ lotId }: Session, c: string, e: EnvelopeName, error: TrustError): Promise<void> {
    const platform = error.blame === 'platform';
    await this.unitOfWork.run(async (tx) => {
      const outcome = platform ? 'withdrawn-platform-fault' : 'revoked-bidder-fault';
      if (!(await this.stores.bids.setOutcome(tx, lotId, c, outcome, `${e}: ${error.code}`))) return;
      if (platform) await this.stores.bids.setDamaged(tx, lotId, c, e, await tx.now());
      await this.stores.sessions.say(tx, lotId, platform ? 'damaged' : 'revoked', c, {
        e,
        reason: error.code,
      });
    });
    await faultPoint('opening.fault.stored');
  }

  private async complete({ lotId }: Session, material: LotMaterial, c: string): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      const done = await this.stores.bids.openedEnvelopes(tx, lotId, c);
      const all = rulesOf(material).flatMap(({ envelopes }) => envelopes);
      if (!all.every((e) => done.includes(e))) return;
      if (await this.stores.bids.setOutcome(tx, lotId, c, 'opened', '')) {
        await this.stores.sessions.say(tx, lotId, 'opened', c, {});
      }
    });
  }

  private async finish(session: Session): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const held = await this.stores.sessions.lock(tx, session.lotId);
      if (held?.state !== 'stage-1') return false;
      const now = await tx.now();
      const facts = await this.stores.sessions.facts(tx, held);
      const next = decide(held.state, 'contents-opened', facts, now);
      if (!next.ok) return false;
      await this.moveToOpened(tx, held, unwrap(next), now);
      return true;
    });
  }

  private async moveToOpened(
    tx: Tx,
    held: Session,
    state: Session['state'],
    now: NonNullable<Session['finishedAt']>,
  ): Promise<void> {
    const change = { state, nextDueAt: null, finishedAt: now };
    await this.stores.sessions.move(tx, held, 'contents-opened', change, 'clock');
    await tx.publish({ type: 'opening.opened', key: held.lotId, payload: { lotId: held.lotId } });
    await faultPoint('opening.opened.stored');
  }
}

const rulesOf = ({ lotKey }: LotMaterial): StageRule[] =>
  lotKey.stages.filter((rule) => rule.stage === STAGE);

const read = ({ price, periodDays, quality, manager }: OpeningSheet) => ({
  sheet: { price, periodDays, quality, manager },
});

/** What is read out (唱标): strict, and for the very bidder whose identity was proved. */
function readSheet(bytes: Uint8Array | null, bid: LotBid): OpeningSheet {
  if (!bytes) throw new TrustError('SEAL.MANIFEST', { reason: 'no opening sheet' }, 'bidder');
  const sheet = parseRecord(openingSheet, bytes);
  const { creditCode, name } = sheet.bidder;
  if (creditCode !== bid.bidder?.creditCode || name !== bid.bidder.name) {
    throw new TrustError('SEAL.STATEMENT', { field: 'bidder', e: 'E0' }, 'bidder');
  }
  return sheet;
}
