import { Injectable } from '@nestjs/common';
import { formatInstant, instant } from '#kernel';
import type { Instant, LotId, ProjectId } from '#kernel';
import type { Tx } from '#persistence';
import { LotStore } from '../application/lot-store.ts';
import type { LotChange, Transition } from '../application/lot-store.ts';
import type { Next } from '../domain/decide-lot.ts';
import { nextDueAt } from '../domain/due-events.ts';
import type { Lot, Project } from '../domain/lot.ts';

/** Columns named as the domain's fields; instants come as Date. */
export type LotRecord = Omit<Lot, 'documentsFrom' | 'documentsUntil' | 'deadline' | 'createdAt'> & {
  readonly documentsFrom: Date;
  readonly documentsUntil: Date;
  readonly deadline: Date;
  readonly createdAt: Date;
};

export const LOT = `
  SELECT l.id, l.project_id AS "projectId", l.name, l.estimate, l.method, l.ruleset, l.acceleration,
         l.documents_from AS "documentsFrom", l.documents_until AS "documentsUntil", l.deadline, l.seats, l.k, l.suite,
         l.state, l.notice_version AS "noticeVersion", l.deadline_changes AS "deadlineChanges", l.closed,
         l.lot_key_hash AS "lotKeyHash", l.created_at AS "createdAt", l.version
    FROM tendering.lot l`;

/** `stageOf` of the domain, in the database: pages are cut there. */
const STAGE = `CASE WHEN l.state = 'published' THEN 'key-ceremony' WHEN l.state = 'cancelled' THEN 'cancelled'
                    WHEN now() < l.deadline THEN 'bidding' ELSE 'closed' END`;

const at = (date: Date): Instant => instant(date.getTime());

export const lotOf = (row: LotRecord): Lot => ({
  ...row,
  documentsFrom: at(row.documentsFrom),
  documentsUntil: at(row.documentsUntil),
  deadline: at(row.deadline),
  createdAt: at(row.createdAt),
});

const dueText = (lot: Parameters<typeof nextDueAt>[0]): string | null => {
  const due = nextDueAt(lot);
  return due === null ? null : formatInstant(due);
};

@Injectable()
export class TypeormLotStore extends LotStore {
  async addProject(tx: Tx, project: Project, by: string): Promise<void> {
    await tx.execute(
      `INSERT INTO tendering.project (id, name, kind, level, tenderee, agency, regulator, registered_by)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8)`,
      [
        project.id,
        project.name,
        project.kind,
        project.level,
        JSON.stringify(project.tenderee),
        JSON.stringify(project.agency),
        JSON.stringify(project.regulator),
        by,
      ],
    );
  }

  async project(tx: Tx, id: ProjectId): Promise<Project | null> {
    const [row] = await tx.query<Project>(
      'SELECT id, name, kind, level, tenderee, agency, regulator FROM tendering.project WHERE id = $1',
      [id],
    );
    return row ?? null;
  }

  async addLot(tx: Tx, lot: Lot): Promise<void> {
    await tx.execute(
      `INSERT INTO tendering.lot (id, project_id, name, estimate, method, ruleset, acceleration, documents_from,
         documents_until, deadline, seats, k, state, created_at, next_due_at, version, suite)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17)`,
      [
        lot.id,
        lot.projectId,
        lot.name,
        lot.estimate,
        JSON.stringify(lot.method),
        lot.ruleset,
        JSON.stringify(lot.acceleration),
        formatInstant(lot.documentsFrom),
        formatInstant(lot.documentsUntil),
        formatInstant(lot.deadline),
        JSON.stringify(lot.seats),
        lot.k,
        lot.state,
        formatInstant(lot.createdAt),
        dueText(lot),
        lot.version,
        lot.suite,
      ],
    );
  }

  async reviseLot(tx: Tx, lot: Lot): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE tendering.lot SET name = $3, estimate = $4, method = $5::jsonb, acceleration = $6::jsonb,
          documents_from = $7, documents_until = $8, deadline = $9, seats = $10::jsonb, k = $11, suite = $12,
          version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'draft'`,
      [
        lot.id,
        lot.version,
        lot.name,
        lot.estimate,
        JSON.stringify(lot.method),
        JSON.stringify(lot.acceleration),
        formatInstant(lot.documentsFrom),
        formatInstant(lot.documentsUntil),
        formatInstant(lot.deadline),
        JSON.stringify(lot.seats),
        lot.k,
        lot.suite,
      ],
    );
    return touched === 1;
  }

  lot(tx: Tx, id: LotId): Promise<Lot | null> {
    return this.one(tx, `${LOT} WHERE l.id = $1`, [id]);
  }

  lockLot(tx: Tx, id: LotId): Promise<Lot | null> {
    return this.one(tx, `${LOT} WHERE l.id = $1 FOR UPDATE`, [id]);
  }

  async lotIdOfKey(tx: Tx, lotKeyHash: string): Promise<LotId | null> {
    const [row] = await tx.query<{ id: LotId }>('SELECT id FROM tendering.lot WHERE lot_key_hash = $1', [
      lotKeyHash,
    ]);
    return row?.id ?? null;
  }

  async lotsOfProject(tx: Tx, id: ProjectId): Promise<readonly Lot[]> {
    const rows = await tx.query<LotRecord>(`${LOT} WHERE l.project_id = $1 ORDER BY l.created_at, l.id`, [
      id,
    ]);
    return rows.map(lotOf);
  }

  async publishedLots(tx: Tx, page: Parameters<LotStore['publishedLots']>[1]): Promise<readonly Lot[]> {
    const [createdAt, id] = page.after ?? [null, null];
    const rows = await tx.query<LotRecord>(
      `${LOT} JOIN tendering.project p ON p.id = l.project_id
        WHERE l.notice_version > 0 AND ($1::text IS NULL OR l.state = $1)
          AND ($2::timestamptz IS NULL OR (l.created_at, l.id) < ($2::timestamptz, $3::uuid))
          AND ($5::text IS NULL OR $5 = ${STAGE})
          AND ($6::text IS NULL OR strpos(lower(concat_ws(' ', p.name, l.name, p.tenderee->>'name',
                                                          p.agency->>'name')), lower($6)) > 0)
        ORDER BY l.created_at DESC, l.id DESC LIMIT $4`,
      [
        page.state,
        createdAt === null ? null : formatInstant(createdAt),
        id,
        page.limit,
        page.stage,
        page.text,
      ],
    );
    return rows.map(lotOf);
  }

  async lotsOfSeatHolder(
    tx: Tx,
    creditCode: string,
    after: readonly [createdAt: Instant, id: string] | null,
    limit: number,
  ): Promise<readonly Lot[]> {
    const [createdAt, id] = after ?? [null, null];
    const rows = await tx.query<LotRecord>(
      `${LOT} WHERE l.notice_version > 0 AND l.seats @> $1::jsonb
          AND ($2::timestamptz IS NULL OR (l.created_at, l.id) < ($2::timestamptz, $3::uuid))
        ORDER BY l.created_at DESC, l.id DESC LIMIT $4`,
      [
        JSON.stringify([{ org: creditCode }]),
        createdAt === null ? null : formatInstant(createdAt),
        id,
        limit,
      ],
    );
    return rows.map(lotOf);
  }

  async apply(tx: Tx, lot: Lot, next: Next, change: LotChange, transition: Transition): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE tendering.lot SET state = $4, deadline = $5, closed = $6, next_due_at = $7,
          notice_version = $8, deadline_changes = $9, lot_key_hash = $10, version = version + 1
        WHERE id = $1 AND state = $2 AND version = $3`,
      [
        lot.id,
        lot.state,
        lot.version,
        next.state,
        formatInstant(next.deadline),
        next.closed,
        dueText(next),
        change.noticeVersion ?? lot.noticeVersion,
        change.deadlineChanges ?? lot.deadlineChanges,
        change.lotKeyHash ?? lot.lotKeyHash,
      ],
    );
    if (touched !== 1) return false;
    await this.addTransition(tx, lot.id, transition);
    return true;
  }

  async lockDue(tx: Tx, now: Instant, limit: number): Promise<readonly Lot[]> {
    const rows = await tx.query<LotRecord>(
      `${LOT} WHERE l.next_due_at <= $1 ORDER BY l.next_due_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [formatInstant(now), limit],
    );
    return rows.map(lotOf);
  }

  private async addTransition(tx: Tx, lotId: LotId, step: Transition): Promise<void> {
    const actor = step.actor === 'clock' ? null : step.actor;
    await tx.execute(
      `INSERT INTO tendering.transition (lot_id, from_state, to_state, event, person_id, credit_code,
         fingerprint, address, ruleset, logged) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        lotId,
        step.from,
        step.to,
        step.event,
        actor?.personId ?? null,
        actor?.creditCode ?? null,
        actor?.fingerprint ?? null,
        actor?.address ?? null,
        step.ruleset,
        step.logged,
      ],
    );
  }

  private async one(tx: Tx, sql: string, params: readonly unknown[]): Promise<Lot | null> {
    const [row] = await tx.query<LotRecord>(sql, params);
    return row ? lotOf(row) : null;
  }
}
