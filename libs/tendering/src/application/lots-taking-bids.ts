import { Injectable } from '@nestjs/common';
import { instant } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import { IntakeSource } from '#transparency';

/**
 * Lots whose deadline is still to come. One that was cancelled counts until its deadline too: its bids stay unseen, and
 * whoever tenders it again must not learn at once how many records its days had.
 */
@Injectable()
export class LotsTakingBids extends IntakeSource {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  openSince(): Promise<Instant | null> {
    return this.unitOfWork.run(
      async (tx) => {
        const [row] = await tx.query<{ since: string | null }>(
          `SELECT floor(extract(epoch FROM min(k.completed_at)) * 1000)::bigint AS since
             FROM tendering.lot l JOIN tendering.lot_key k ON k.lot_id = l.id
            WHERE (l.state = 'keyed' AND NOT l.closed) OR (l.state = 'cancelled' AND l.deadline > clock_timestamp())`,
        );
        return row?.since ? instant(Number(row.since)) : null;
      },
      { readOnly: true },
    );
  }
}
