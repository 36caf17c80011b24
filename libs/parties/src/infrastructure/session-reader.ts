import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { SessionReader } from '#web';
import type { Principal } from '#web';
import { principalOf } from '../application/principal.ts';
import { SessionStore } from '../application/session-store.ts';

/** Reads the session anew for every request: a revocation or a granted role counts at once. */
@Injectable()
export class StoredSessionReader extends SessionReader {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
  ) {
    super();
  }

  async find(tokenHash: Uint8Array): Promise<Principal | null> {
    const live = await this.unitOfWork.run((tx) => this.sessions.findLive(tx, tokenHash), { readOnly: true });
    return live && principalOf(live);
  }
}
