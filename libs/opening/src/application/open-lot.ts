import { Injectable } from '@nestjs/common';
import { newId } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { AdvanceLot } from './advance-lot.ts';
import { OpenContents } from './open-contents.ts';
import { OpenIdentities } from './open-identities.ts';
import { SessionStore } from './session-store.ts';

const LEASE_MS = 10_000;
const RENEW_MS = 3_000;

/**
 * The worker's part. Due events are applied by a short tick; opening bids runs beside it, lot by lot, under a lease, so
 * that a lot with gigabytes holds up neither another lot's CLOSE nor another lot's opening. Every step is stored as it
 * is done: whoever takes over after a crash goes on where it stopped.
 */
@Injectable()
export class OpenLots {
  private readonly running = new Map<LotId, Promise<void>>();
  private readonly me = newId();
  private failure: unknown = null;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly advance: AdvanceLot,
    private readonly identities: OpenIdentities,
    private readonly contents: OpenContents,
  ) {}

  /** One round: applies what is due; one lot's failure is thrown only after the others had their turn. */
  async closeDue(): Promise<void> {
    const due = await this.unitOfWork.run((tx) => this.sessions.due(tx));
    const results = await Promise.allSettled(due.map((lotId) => this.advance.run(lotId)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Starts the lots that can be worked on; does not wait for them. An error of an earlier run is thrown here. */
  async openWorking(): Promise<void> {
    const lots = await this.unitOfWork.run((tx) => this.sessions.working(tx));
    for (const lotId of lots) {
      if (this.running.has(lotId)) continue;
      const run = this.run(lotId)
        .catch((error: unknown) => {
          this.failure ??= error;
        })
        .finally(() => this.running.delete(lotId));
      this.running.set(lotId, run);
    }
    const failure = this.failure;
    this.failure = null;
    if (failure !== null) throw failure;
  }

  /** Waits for what this process has begun. */
  async settle(): Promise<void> {
    await Promise.all(this.running.values());
  }

  /** Opens what can be opened now; returns at once where another process holds the lot. */
  async run(lotId: LotId): Promise<void> {
    if (!(await this.lease(lotId))) return;
    let lost = false;
    const renewal = setInterval(() => {
      this.lease(lotId).then(
        (held) => {
          lost ||= !held;
        },
        () => undefined,
      );
    }, RENEW_MS);
    try {
      while (!lost && (await this.step(lotId)));
    } finally {
      clearInterval(renewal);
      await this.unitOfWork.run((tx) => this.sessions.dropLease(tx, lotId, this.me));
    }
  }

  private lease(lotId: LotId): Promise<boolean> {
    return this.unitOfWork.run((tx) => this.sessions.takeLease(tx, lotId, this.me, LEASE_MS));
  }

  private async step(lotId: LotId): Promise<boolean> {
    const session = await this.advance.run(lotId);
    if (session.state === 'stage-0') return this.identities.run(session);
    return session.state === 'stage-1' ? this.contents.run(session) : false;
  }
}
