import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { instant } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import { IntakeSource, Transparency } from '#transparency';
import { SessionStore } from './session-store.ts';

/** From its deadline to its CLOSE a lot is tendering's no more: for these minutes no seed is shown at all. */
@Injectable()
export class LotsClosing extends IntakeSource implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly transparency: Transparency,
  ) {
    super();
  }

  onModuleInit(): void {
    this.transparency.registerIntakeSource(this);
  }

  async openSince(): Promise<Instant | null> {
    const closing = await this.unitOfWork.run((tx) => this.sessions.anyClosing(tx), { readOnly: true });
    return closing ? instant(0) : null;
  }
}
