import { Injectable } from '@nestjs/common';
import { formatInstant, instant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import { AttendanceStore } from '../application/attendance-store.ts';
import type { Attendant, AttendantRole } from '../application/attendance-store.ts';

interface Row {
  readonly credit_code: string;
  readonly name: string;
  readonly role: AttendantRole;
  readonly person: string;
  readonly address: string;
  readonly at: Date;
}

const attendantOf = ({ credit_code, name, role, person, address, at }: Row): Attendant => ({
  creditCode: credit_code,
  name,
  role,
  personId: person,
  address,
  at: instant(at.getTime()),
});

@Injectable()
export class TypeormAttendanceStore extends AttendanceStore {
  async find(tx: Tx, lotId: LotId, creditCode: string): Promise<Attendant | null> {
    const [row] = await tx.query<Row>(
      'SELECT * FROM opening.attendance WHERE lot = $1 AND credit_code = $2',
      [lotId, creditCode],
    );
    return row ? attendantOf(row) : null;
  }

  async count(tx: Tx, lotId: LotId): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM opening.attendance WHERE lot = $1',
      [lotId],
    );
    return row?.n ?? 0;
  }

  async add(
    tx: Tx,
    lotId: LotId,
    { creditCode, name, role, personId, address }: Omit<Attendant, 'at'>,
    notBefore: Instant | null,
  ): Promise<Attendant | null> {
    const [row] = await tx.query<Row>(
      `INSERT INTO opening.attendance (lot, credit_code, name, role, person, address)
       SELECT $1, $2, $3, $4, $5, $6 WHERE $7::timestamptz IS NULL OR clock_timestamp() >= $7::timestamptz
       RETURNING *`,
      [
        lotId,
        creditCode,
        name,
        role,
        personId,
        address,
        notBefore === null ? null : formatInstant(notBefore),
      ],
    );
    return row ? attendantOf(row) : null;
  }

  async list(tx: Tx, lotId: LotId, after: string, limit: number): Promise<readonly Attendant[]> {
    const rows = await tx.query<Row>(
      `SELECT * FROM opening.attendance WHERE lot = $1 AND credit_code COLLATE "C" > $2
        ORDER BY credit_code COLLATE "C" LIMIT $3`,
      [lotId, after, limit],
    );
    return rows.map(attendantOf);
  }
}
