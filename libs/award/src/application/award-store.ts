import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Award, Publicity, Signed } from '#trust';
import type { AwardEvent, AwardState } from '../domain/award-procedure.ts';

export interface AwardProcedure {
  readonly lotId: LotId;
  readonly state: AwardState;
  readonly version: number;
  readonly reportHash: string;
  readonly publicity: Signed<Publicity> | null;
  readonly publicityHash: string | null;
  readonly award: Signed<Award> | null;
  readonly awardHash: string | null;
}

/** One step with the signed record that is its ground, and who took it. */
export interface AwardStep {
  readonly event: AwardEvent;
  readonly to: AwardState;
  readonly record: Signed<Publicity> | Signed<Award>;
  readonly hash: string;
  readonly ruleset: string;
  readonly personId: string;
  readonly certificate: string;
}

/** MUST apply a step by compare-and-swap on state and version, with its transition row in the same transaction. */
export abstract class AwardStore {
  /** Does nothing where the lot has a procedure already. */
  abstract start(tx: Tx, lotId: LotId, state: AwardState, reportHash: string): Promise<void>;
  abstract find(tx: Tx, lotId: LotId): Promise<AwardProcedure | null>;
  /** @throws RefusalError AWARD.CONFLICT when somebody else was faster */
  abstract apply(tx: Tx, procedure: AwardProcedure, step: AwardStep): Promise<void>;
}
