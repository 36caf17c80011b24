import { formatInstant, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import type { OpeningProgress } from '#opening';
import type { Publicity } from '#trust';
import type { BoardLot } from '#tendering';
import type { AwardState } from '../domain/award-procedure.ts';

/** What a lot waits for, in the order of a tender's stages. */
export const DUE_EVENTS = [
  'lot-key',
  'deadline',
  'close',
  'release',
  'shares',
  'opening-record',
  'report',
  'publicity',
  'publicity-end',
  'award',
] as const;
export type DueEventName = (typeof DUE_EVENTS)[number];

/** The records by which a lot stands where it stands. */
export const STANDING_RECORDS = [
  'notice',
  'lotkey',
  'close',
  'opening-record',
  'evaluation-report',
  'publicity',
  'award',
  'cancellation',
] as const;
export type StandingRecord = (typeof STANDING_RECORDS)[number];

export interface AwardProgress {
  readonly state: AwardState;
  readonly reportHash: string;
  readonly publicity: Pick<Publicity, 'until'> | null;
  readonly publicityHash: string | null;
  readonly awardHash: string | null;
}

export interface LotStanding {
  /** What comes next, and when by itself or at the latest; `at` null where it waits for people. Null: nothing more. */
  readonly due: {
    readonly event: DueEventName;
    readonly at: string | null;
    readonly overdue: boolean;
  } | null;
  /** The newest record that the stage rests on; null for a lot that the clock cancelled. */
  readonly record: { readonly type: StandingRecord; readonly hash: string } | null;
}

type Due = readonly [DueEventName, Instant | null];

/**
 * Where a published lot stands: what is due, and the record behind it. Before the deadline it is told from tendering's
 * facts alone, so that nothing of it can hang on how many bids there are, or on whose (法22).
 */
export function standingOf(
  lot: Pick<BoardLot, 'stage' | 'deadline' | 'noticeHash' | 'lotKeyHash' | 'cancellationHash' | 'now'>,
  opening: OpeningProgress | null,
  award: AwardProgress | null,
): LotStanding {
  const due = dueOf(lot, opening, award);
  const records: readonly (readonly [StandingRecord, string | null | undefined])[] = [
    ['cancellation', lot.cancellationHash],
    ['award', award?.awardHash],
    ['publicity', award?.publicityHash],
    ['evaluation-report', award?.reportHash],
    ['opening-record', opening?.recordHash],
    ['close', opening?.closeHash],
    ['lotkey', lot.stage === 'cancelled' ? null : lot.lotKeyHash],
    ['notice', lot.stage === 'cancelled' ? null : lot.noticeHash],
  ];
  const [type, hash] = records.find(([, found]) => found) ?? [];
  return {
    due: due && {
      event: due[0],
      at: due[1] === null ? null : formatInstant(due[1]),
      overdue: due[1] !== null && lot.now >= due[1] && due[0] !== 'publicity-end',
    },
    record: type && hash ? { type, hash } : null,
  };
}

function dueOf(
  { stage, deadline, now }: Pick<BoardLot, 'stage' | 'deadline' | 'now'>,
  opening: OpeningProgress | null,
  award: AwardProgress | null,
): Due | null {
  if (stage === 'cancelled') return null;
  if (stage === 'key-ceremony') return ['lot-key', deadline];
  if (stage === 'bidding') return ['deadline', deadline];
  if (award) return afterReport(award, now);
  switch (opening?.state) {
    case undefined:
    case 'waiting':
      return ['close', opening?.closeDueAt ?? deadline];
    case 'closed':
      return ['release', opening?.releaseAt ?? null];
    case 'stage-0':
    case 'stage-1':
      return ['shares', null];
    case 'opened':
    case 'failed':
      return ['opening-record', null];
    case 'recorded':
      return ['report', null];
  }
}

function afterReport({ state, publicity }: AwardProgress, now: Instant): Due | null {
  if (state === 'awaiting-publicity') return ['publicity', null];
  if (state !== 'publicised') return null;
  const until = publicity ? parseInstant(publicity.until) : null;
  return until !== null && now < until ? ['publicity-end', until] : ['award', null];
}
