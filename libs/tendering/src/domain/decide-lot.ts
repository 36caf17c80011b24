import { assertNever, nextState, ok, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import {
  all,
  beforeDeadline,
  bidPeriodLongEnough,
  changeEarlyEnough,
  changesTheDeadlineThatHolds,
  deadlineMovesWithRegulatorOnly,
  deadlineNotEarlier,
  deadlineReached,
  documentAccessLongEnough,
  hasDocuments,
  movesAway,
  timeIsReal,
} from './lot-rules.ts';
import type { LotCommand, LotFacts, Verdict } from './lot-rules.ts';
import { lotMachine } from './lot-states.ts';
import type { LotEvent, LotState } from './lot-states.ts';
import type { TenderRefusal } from './refusals.ts';

export interface Next {
  readonly state: LotState;
  readonly deadline: Instant;
  /** True once the passing of the deadline has been applied. */
  readonly closed: boolean;
}

/** The one place that says whether a lot may take a step. `now` is the database's clock, read in the transaction. */
export function decide(
  state: LotState,
  command: LotCommand,
  facts: LotFacts,
  now: Instant,
): Result<Next, TenderRefusal> {
  const next = nextState<LotState, LotEvent>(lotMachine, state, command.event);
  if (next === null) return refuse('TENDERING.WRONG_STATE', { state, event: command.event });
  const verdict = judge(state, command, facts, now);
  if (!verdict.ok) return verdict;
  return ok({
    state: next,
    deadline: deadlineAfter(command, facts),
    closed: command.event === 'pass-deadline',
  });
}

function judge(state: LotState, command: LotCommand, facts: LotFacts, now: Instant): Verdict {
  switch (command.event) {
    case 'publish':
      return all(
        timeIsReal(facts),
        hasDocuments(facts),
        documentAccessLongEnough(facts, now),
        bidPeriodLongEnough(facts, now),
      );
    case 'change':
      return all(
        beforeDeadline(facts, now),
        state === 'keyed'
          ? deadlineMovesWithRegulatorOnly(facts, command.deadline)
          : deadlineNotEarlier(facts, command.deadline),
        changeEarlyEnough(facts, command.deadline, now),
      );
    case 'complete-key':
      return beforeDeadline(facts, now);
    case 'move-deadline':
      return all(
        beforeDeadline(facts, now),
        changesTheDeadlineThatHolds(facts, command.from),
        movesAway(facts, command.to),
      );
    case 'cancel':
      return state === 'draft' ? ok(null) : beforeDeadline(facts, now);
    case 'pass-deadline':
      return deadlineReached(facts, now);
    default:
      return assertNever(command);
  }
}

function deadlineAfter(command: LotCommand, facts: LotFacts): Instant {
  if (command.event === 'change') return command.deadline;
  if (command.event === 'move-deadline') return command.to;
  return facts.deadline;
}
