import { IntegrityError } from '#kernel';
import type { UnitOfWork } from '#persistence';
import type { LogStore } from '../infrastructure/log-store.ts';

/** Readiness of the log: it is down when it has stopped on a contradiction, until a restart finds everything in order. */
export class LogHealth {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
  ) {}

  /** @throws IntegrityError with the reason while the log is stopped */
  async check(): Promise<void> {
    const reason = await this.unitOfWork.run((tx) => this.store.halted(tx), { readOnly: true });
    if (reason !== null) throw new IntegrityError('the log is stopped', { reason });
  }
}
