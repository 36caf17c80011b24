import { Injectable } from '@nestjs/common';
import { formatInstant, instant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import { DeskStore } from '../application/desk-store.ts';
import type { DeskPage, DeskProject } from '../application/desk-store.ts';
import type { Lot, Project } from '../domain/lot.ts';
import { LOT, lotOf } from './lot.typeorm-store.ts';
import type { LotRecord } from './lot.typeorm-store.ts';

const after = ({ after: position }: DeskPage): readonly [string | null, string | null] =>
  position === null ? [null, null] : [formatInstant(position[0]), position[1]];

@Injectable()
export class TypeormDeskStore extends DeskStore {
  async projects(tx: Tx, organisation: string, page: DeskPage): Promise<readonly DeskProject[]> {
    const rows = await tx.query<Project & { registeredAt: Date; lots: number }>(
      `SELECT p.id, p.name, p.kind, p.level, p.tenderee, p.agency, p.regulator, p.at AS "registeredAt",
              (SELECT count(*)::integer FROM tendering.lot l WHERE l.project_id = p.id
                  AND (l.notice_version > 0 OR p.agency->>'creditCode' = $1)) AS lots
         FROM (SELECT *, date_trunc('milliseconds', registered_at) AS at FROM tendering.project
                WHERE agency->>'creditCode' = $1 OR tenderee->>'creditCode' = $1) p
        WHERE $2::timestamptz IS NULL OR (p.at, p.id) < ($2::timestamptz, $3::uuid)
        ORDER BY p.at DESC, p.id DESC LIMIT $4`,
      [organisation, ...after(page), page.limit],
    );
    return rows.map(({ registeredAt, ...row }) => ({ ...row, registeredAt: at(registeredAt) }));
  }

  async lots(tx: Tx, organisation: string, page: Parameters<DeskStore['lots']>[2]): Promise<readonly Lot[]> {
    const rows = await tx.query<LotRecord>(
      `${LOT} JOIN tendering.project p ON p.id = l.project_id
        WHERE (p.agency->>'creditCode' = $1
               OR (p.tenderee->>'creditCode' = $1 AND l.notice_version > 0))
          AND ($2::timestamptz IS NULL OR (l.created_at, l.id) < ($2::timestamptz, $3::uuid))
          AND ($5::uuid IS NULL OR l.project_id = $5)
        ORDER BY l.created_at DESC, l.id DESC LIMIT $4`,
      [organisation, ...after(page), page.limit, page.projectId],
    );
    return rows.map(lotOf);
  }

  async openQuestions(tx: Tx, lotId: LotId): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM tendering.question q
        WHERE q.lot_id = $1 AND NOT EXISTS (SELECT 1 FROM tendering.answer a WHERE a.lot_id = q.lot_id AND a.n = q.n)`,
      [lotId],
    );
    return row?.n ?? 0;
  }
}

const at = (date: Date): Instant => instant(date.getTime());
