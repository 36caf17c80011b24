import type { Instant } from '#kernel';
import type { LotState } from './lot-states.ts';

export interface DueEvent {
  readonly at: Instant;
  readonly event: 'pass-deadline';
}

/** What time alone will do to the lot. Stored as `next_due_at`, and applied by every command before its own step. */
export function dueEvents(lot: {
  readonly state: LotState;
  readonly deadline: Instant;
  readonly closed: boolean;
}): readonly DueEvent[] {
  const waits = lot.state === 'published' || lot.state === 'keyed';
  return waits && !lot.closed ? [{ at: lot.deadline, event: 'pass-deadline' }] : [];
}

/** The earliest of {@link dueEvents}; null when time changes nothing any more. */
export const nextDueAt = (lot: Parameters<typeof dueEvents>[0]): Instant | null =>
  dueEvents(lot)[0]?.at ?? null;
