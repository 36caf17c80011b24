import { Injectable } from '@nestjs/common';
import { HOUR, SECOND } from '#kernel';
import type { BackgroundWork } from '#jobs';
import { ApplyDueEvents } from './apply-due-events.ts';
import { CompleteLotKey } from './complete-lot-key.ts';
import { SweepDocuments } from './sweep-documents.ts';

/** What the workers do for tendering, and how often. */
@Injectable()
export class TenderingTicks {
  constructor(
    private readonly due: ApplyDueEvents,
    private readonly completion: CompleteLotKey,
    private readonly documents: SweepDocuments,
  ) {}

  register(background: BackgroundWork): void {
    background.registerTick({
      name: 'tendering.apply-due-events',
      intervalMs: SECOND,
      run: () => this.due.run(),
    });
    background.registerTick({
      name: 'tendering.complete-lot-keys',
      intervalMs: 5 * SECOND,
      run: () => this.completion.sweep(),
    });
    background.registerTick({
      name: 'tendering.sweep-documents',
      intervalMs: HOUR,
      run: () => this.documents.run(),
    });
  }
}
