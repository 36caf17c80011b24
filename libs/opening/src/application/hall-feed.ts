import type { Writable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { formatInstant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Notifications, UnitOfWork } from '#persistence';
import { AdvanceLot } from './advance-lot.ts';
import { HallAdmission } from './hall-admission.ts';
import { HallChannel } from './hall-channel.ts';
import { HallSettings } from './hall-settings.ts';
import { HallViewer } from './hall-viewer.ts';
import { SessionStore } from './session-store.ts';

/** A lot that is watched in this process, from the first visitor's question to the last one's end. */
interface Watched {
  readonly channel: HallChannel;
  readonly ready: Promise<void>;
  visitors: number;
}

/** Who wants to watch, from where in the feed. `network`: the client's address, an IPv6 one cut to its /64. */
export interface HallVisitor {
  readonly network: string;
  readonly after: number;
}

const RETRY_MS = 2_000;

/**
 * The hall's events as they are committed, for everybody who watches (20号令29: in public, at once). A NOTIFY says that a
 * lot has news, the news are read once per process, and every viewer is at a place of its own in the same feed: whoever
 * was cut off goes on after the last event that it has, in this process or another.
 */
@Injectable()
export class HallFeed implements OnModuleDestroy {
  private readonly admission: HallAdmission;
  private readonly lots = new Map<LotId, Watched>();
  private heartbeat: NodeJS.Timeout | null = null;
  private sweeping = false;
  private closing = false;
  private asked: Promise<Instant> | null = null;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly advance: AdvanceLot,
    private readonly notifications: Notifications,
    private readonly settings: HallSettings,
  ) {
    this.admission = new HallAdmission(settings);
  }

  /**
   * Writes the feed to what `open` gives until one side ends it; returns as soon as it has begun.
   * @throws RefusalError before anything is opened: no such hall, or no place
   */
  async watch(lotId: LotId, { network, after }: HallVisitor, open: () => Writable): Promise<void> {
    const giveBack = this.admission.enter(network);
    this.begin();
    const watched = this.watched(lotId);
    watched.visitors += 1;
    const { channel } = watched;
    let viewer: HallViewer | null = null;
    const left = once(() => {
      giveBack();
      if (viewer) channel.viewers.delete(viewer);
      watched.visitors -= 1;
      if (watched.visitors === 0 && this.lots.get(lotId) === watched) this.lots.delete(lotId);
    });
    try {
      await watched.ready;
      const now = await this.now();
      const out = open();
      viewer = new HallViewer(out, channel, after, this.settings.slowMs);
      channel.viewers.add(viewer);
      out.on('close', left).on('error', left);
      if (out.destroyed || out.closed) return left();
      out.write(greeting(now, channel.head));
      if (this.closing) viewer.end();
      else viewer.wake();
    } catch (error) {
      left();
      throw error;
    }
  }

  /** Every viewer's answer ends: its client comes back to another process. */
  onModuleDestroy(): void {
    this.closing = true;
    if (this.heartbeat) clearInterval(this.heartbeat);
    for (const { channel } of this.lots.values()) {
      for (const viewer of channel.viewers) viewer.end();
    }
  }

  private begin(): void {
    if (this.heartbeat !== null) return;
    this.heartbeat = setInterval(() => this.beat(), this.settings.heartbeatMs);
    this.heartbeat.unref();
    this.notifications.listen('opening', {
      heard: (lotId) => this.refresh(lotId as LotId),
      // The connection was away: anything may have been said meanwhile.
      resumed: () => [...this.lots.keys()].forEach((lotId) => this.refresh(lotId)),
    });
  }

  /** The first who comes applies what is due and reads the feed; those who come meanwhile wait for the same. */
  private watched(lotId: LotId): Watched {
    const known = this.lots.get(lotId);
    if (known) return known;
    const channel = new HallChannel((after, limit) =>
      this.unitOfWork.run((tx) => this.sessions.events(tx, lotId, after, limit)),
    );
    const ready = this.advance.run(lotId).then(() => channel.refresh());
    const watched = { channel, ready, visitors: 0 };
    this.lots.set(lotId, watched);
    ready.catch(() => {
      if (this.lots.get(lotId) === watched) this.lots.delete(lotId);
    });
    return watched;
  }

  /** What is not read now is read at the next heartbeat, or when the connection is back. */
  private refresh(lotId: LotId): void {
    this.lots
      .get(lotId)
      ?.channel.refresh()
      .catch(() => undefined);
  }

  private beat(): void {
    for (const { channel } of this.lots.values()) {
      for (const viewer of channel.viewers) viewer.beat();
    }
    if (this.sweeping) return;
    this.sweeping = true;
    void this.sweep().finally(() => {
      this.sweeping = false;
    });
  }

  /** A dead scheduler moves no deadline, and a lost NOTIFY loses no event: what is watched is looked at now and then. */
  private async sweep(): Promise<void> {
    for (const [lotId, { channel }] of this.lots) {
      await this.advance
        .run(lotId)
        .then(() => channel.refresh())
        .catch(() => undefined);
    }
  }

  /** The database's clock; one question for all who ask at once. */
  private now(): Promise<Instant> {
    this.asked ??= this.unitOfWork
      .run((tx) => tx.now())
      .finally(() => {
        this.asked = null;
      });
    return this.asked;
  }
}

const once = (work: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
};

/** Without an id: it is no event of the feed. */
const greeting = (now: Instant, head: number): string =>
  `retry: ${RETRY_MS}\nevent: hello\ndata: ${JSON.stringify({ serverTime: formatInstant(now), head })}\n\n`;
