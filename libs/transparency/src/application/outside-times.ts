import { Injectable } from '@nestjs/common';
import { formatInstant } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u, CLOCK_TOLERANCE_MS, clocksApart } from '#trust';
import type { OutsideTime } from '#trust';
import { LogStore } from '../infrastructure/log-store.ts';
import { OutsideTimeStore } from '../infrastructure/outside-time-store.ts';
import type { OutsideStamp } from '../infrastructure/outside-time-store.ts';
import { askTimeAuthority, TimeAuthorityError } from '../infrastructure/time-authority-client.ts';
import { OutsideTimeSettings } from './outside-time-settings.ts';
import type { OutsideAuthority } from './outside-time-settings.ts';

/** Has outside authorities stamp the log, and finds the stamps that bound the time of a leaf (ADR 0032). */
@Injectable()
export class OutsideTimes {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly log: LogStore,
    private readonly store: OutsideTimeStore,
    readonly settings: OutsideTimeSettings,
  ) {}

  /**
   * One question about the newest checkpoint; none where this authority has stamped a tree of that size. Its answer is
   * kept only if it holds, whatever its time. @throws TimeAuthorityError
   */
  async ask(authority: OutsideAuthority): Promise<void> {
    const due = await this.read(async (tx) => {
      const latest = await this.log.latest(tx);
      const known = latest
        ? await this.store.firstCovering(tx, authority.name, latest.size - 1, CLOCK_TOLERANCE_MS)
        : null;
      return latest && !known ? { size: latest.size, text: latest.text, askedAt: await tx.now() } : null;
    });
    if (!due) return;
    const { token, time } = await askTimeAuthority(authority, due.text, this.settings.timeoutMs);
    const apartMs = await this.unitOfWork.run(async (tx) => {
      const span = { askedAt: due.askedAt, answeredAt: await tx.now() };
      const apart = clocksApart(time, span);
      await this.store.add(tx, {
        authority: authority.name,
        size: due.size,
        checkpoint: due.text,
        token,
        ...span,
        apartMs: apart,
      });
      return apart;
    });
    // Kept, and said: whoever runs the platform has a clock to look at.
    if (apartMs > CLOCK_TOLERANCE_MS)
      throw new TimeAuthorityError(authority.name, 'TIMESTAMP.CLOCKS_APART', { milliseconds: apartMs });
  }

  /** True when one of these authorities has stamped a tree that holds the leaf, and its clock agrees with ours. */
  async covers(authorities: readonly string[], index: number): Promise<boolean> {
    const found = await this.firsts(authorities, [index]);
    return found.length > 0;
  }

  /** For each of these leaves, of each authority the first stamp that counts; each stamp once. */
  async over(authorities: readonly string[], indexes: readonly number[]): Promise<readonly OutsideTime[]> {
    const found = await this.firsts(authorities, indexes);
    const distinct = new Map(found.map((stamp) => [`${stamp.size} ${stamp.authority}`, stamp]));
    return [...distinct.values()].map(recordOf);
  }

  private firsts(authorities: readonly string[], indexes: readonly number[]): Promise<OutsideStamp[]> {
    return this.read(async (tx) => {
      const found: OutsideStamp[] = [];
      for (const authority of authorities)
        for (const index of indexes) {
          const first = await this.store.firstCovering(tx, authority, index, CLOCK_TOLERANCE_MS);
          if (first) found.push(first);
        }
      return found;
    });
  }

  private read<T>(work: Parameters<typeof this.unitOfWork.run<T>>[0]): Promise<T> {
    return this.unitOfWork.run(work, { readOnly: true });
  }
}

const recordOf = (stamp: OutsideStamp): OutsideTime => ({
  type: 'outside-time',
  authority: stamp.authority,
  checkpoint: stamp.checkpoint,
  token: b64u.encode(stamp.token),
  askedAt: formatInstant(stamp.askedAt),
  answeredAt: formatInstant(stamp.answeredAt),
});
