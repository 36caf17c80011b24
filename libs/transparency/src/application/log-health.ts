import { IntegrityError } from '#kernel';
import type { Instant } from '#kernel';
import type { UnitOfWork } from '#persistence';
import type { LogStore } from '../infrastructure/log-store.ts';

/** Beyond two ticks of the log's clock. */
const BEHIND_MS = 10_000;

/** Of the log, for whoever runs the platform: nothing that its public checkpoint does not say too. */
export interface LogState {
  /** Leaves under the newest checkpoint; null before the first. */
  readonly size: number | null;
  readonly signedAt: Instant | null;
  /**
   * A hash has waited for ten seconds longer than any tick takes: the sequencer does not keep up. Never how many wait:
   * that would count what comes in within a tick.
   */
  readonly behind: boolean;
  readonly halted: boolean;
}

/** Readiness of the log: it is down when it has stopped on a contradiction, until a restart finds everything in order. */
export class LogHealth {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
    private readonly tickMs: number,
  ) {}

  private seen: { readonly waiting: string; readonly at: number } | null = null;

  state(): Promise<LogState> {
    return this.unitOfWork.run(
      async (tx) => {
        const latest = await this.store.latest(tx);
        return {
          size: latest?.size ?? null,
          signedAt: latest?.signedAt ?? null,
          behind: this.isBehind(await this.store.oldestWaiting(tx)),
          halted: (await this.store.halted(tx)) !== null,
        };
      },
      { readOnly: true },
    );
  }

  /** The same hash waits for its place since a look that is longer ago than any tick takes. */
  private isBehind(waiting: string | null): boolean {
    const now = performance.now();
    if (waiting === null) this.seen = null;
    else if (this.seen?.waiting !== waiting) this.seen = { waiting, at: now };
    return this.seen !== null && now - this.seen.at > BEHIND_MS + 2 * this.tickMs;
  }

  /** @throws IntegrityError with the reason while the log is stopped */
  async check(): Promise<void> {
    const reason = await this.unitOfWork.run((tx) => this.store.halted(tx), { readOnly: true });
    if (reason !== null) throw new IntegrityError('the log is stopped', { reason });
  }
}
