import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';

export const ATTENDANT_ROLES = ['tenderee', 'agency', 'regulator', 'trustee', 'bidder'] as const;
export type AttendantRole = (typeof ATTENDANT_ROLES)[number];

export interface Attendant {
  readonly creditCode: string;
  readonly name: string;
  readonly role: AttendantRole;
  readonly personId: string;
  /** Network address, as the platform saw it. */
  readonly address: string;
  readonly at: Instant;
}

/** Who signed in to the hall; append-only. */
export abstract class AttendanceStore {
  abstract find(tx: Tx, lotId: LotId, creditCode: string): Promise<Attendant | null>;
  abstract count(tx: Tx, lotId: LotId): Promise<number>;
  /**
   * Null, and nothing stored, where the database's clock is before `notBefore` in this very statement.
   * `notBefore` null: at any time.
   */
  abstract add(
    tx: Tx,
    lotId: LotId,
    attendant: Omit<Attendant, 'at'>,
    notBefore: Instant | null,
  ): Promise<Attendant | null>;
  /** In order of credit code, after `after` (exclusive). */
  abstract list(tx: Tx, lotId: LotId, after: string, limit: number): Promise<readonly Attendant[]>;
}
