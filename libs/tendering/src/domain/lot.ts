import type { Instant, LotId, ProjectId } from '#kernel';
import type { Acceleration, EvaluationMethod, Seat, SuiteId } from '#trust';
import type { LotState } from './lot-states.ts';

export interface PartyRef {
  readonly name: string;
  readonly creditCode: string;
}

export const PROJECT_KINDS = ['engineering', 'procurement', 'property-rights', 'other'] as const;
export type ProjectKind = (typeof PROJECT_KINDS)[number];
export const PROJECT_LEVELS = ['city', 'district', 'township'] as const;
export type ProjectLevel = (typeof PROJECT_LEVELS)[number];

/** Where a published lot is for its readers; opening and award have views of their own after `closed`. */
export const LOT_STAGES = ['key-ceremony', 'bidding', 'closed', 'cancelled'] as const;
export type LotStage = (typeof LOT_STAGES)[number];

export const stageOf = (state: Exclude<LotState, 'draft'>, deadline: Instant, now: Instant): LotStage => {
  if (state !== 'keyed') return state === 'published' ? 'key-ceremony' : 'cancelled';
  return now < deadline ? 'bidding' : 'closed';
};

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly kind: ProjectKind;
  readonly level: ProjectLevel;
  readonly tenderee: PartyRef;
  readonly agency: PartyRef;
  readonly regulator: PartyRef;
}

/** A lot (标段): opens, is evaluated and awarded by itself. */
export interface Lot {
  readonly id: LotId;
  readonly projectId: ProjectId;
  readonly name: string;
  /** Yuan with two decimals. */
  readonly estimate: string;
  readonly method: EvaluationMethod;
  /** Edition, kept for the tender's life. */
  readonly ruleset: string;
  readonly acceleration: Acceleration;
  readonly documentsFrom: Instant;
  readonly documentsUntil: Instant;
  /** Effective: with every logged change. */
  readonly deadline: Instant;
  readonly seats: readonly Seat[];
  readonly k: number;
  /** Declared before the first notice, and never another (PROTOCOL section 2). */
  readonly suite: SuiteId;
  readonly state: LotState;
  /** Number of published notices. */
  readonly noticeVersion: number;
  /** Number of logged deadline changes. */
  readonly deadlineChanges: number;
  readonly closed: boolean;
  readonly lotKeyHash: string | null;
  readonly createdAt: Instant;
  /** Counts every change of the row; the next change must name it (compare and swap). */
  readonly version: number;
}
