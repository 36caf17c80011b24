import { refuse, RefusalError } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Award, Publicity, Signed } from '#trust';
import { AwardStore } from '../application/award-store.ts';
import type { AwardProcedure, AwardStep } from '../application/award-store.ts';
import type { AwardState } from '../domain/award-procedure.ts';

interface ProcedureRow {
  lot_id: LotId;
  state: AwardState;
  version: number;
  report_hash: string;
  publicity: Signed<Publicity> | null;
  publicity_hash: string | null;
  award: Signed<Award> | null;
  award_hash: string | null;
}

/** The columns that each event fills; names, not values, so they may stand in the statement. */
const COLUMN = { publicise: 'publicity', award: 'award' } as const;

export class TypeormAwardStore extends AwardStore {
  async start(tx: Tx, lotId: LotId, state: AwardState, reportHash: string): Promise<void> {
    await tx.execute(
      `INSERT INTO award.procedure (lot_id, state, version, report_hash) VALUES ($1, $2, 1, $3)
       ON CONFLICT (lot_id) DO NOTHING`,
      [lotId, state, reportHash],
    );
  }

  async find(tx: Tx, lotId: LotId): Promise<AwardProcedure | null> {
    const [row] = await tx.query<ProcedureRow>(
      `SELECT lot_id, state, version, report_hash, publicity, publicity_hash, award, award_hash
       FROM award.procedure WHERE lot_id = $1`,
      [lotId],
    );
    if (!row) return null;
    return {
      lotId: row.lot_id,
      state: row.state,
      version: row.version,
      reportHash: row.report_hash,
      publicity: row.publicity,
      publicityHash: row.publicity_hash,
      award: row.award,
      awardHash: row.award_hash,
    };
  }

  async apply(tx: Tx, { lotId, state, version }: AwardProcedure, step: AwardStep): Promise<void> {
    const column = COLUMN[step.event];
    const swapped = await tx.execute(
      `UPDATE award.procedure SET state = $4, version = version + 1, ${column} = $5, ${column}_hash = $6
       WHERE lot_id = $1 AND state = $2 AND version = $3`,
      [lotId, state, version, step.to, JSON.stringify(step.record), step.hash],
    );
    if (swapped !== 1) throw new RefusalError(refuse('AWARD.CONFLICT').error);
    await tx.execute(
      `INSERT INTO award.transition
         (lot_id, event, from_state, to_state, record_hash, ruleset, person_id, certificate)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [lotId, step.event, state, step.to, step.hash, step.ruleset, step.personId, step.certificate],
    );
  }
}
