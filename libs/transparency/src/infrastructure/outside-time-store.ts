import { formatInstant, instant } from '#kernel';
import type { Instant } from '#kernel';
import type { Tx } from '#persistence';

/** What an outside authority said of one checkpoint. */
export interface OutsideStamp {
  readonly authority: string;
  readonly size: number;
  /** The log's signed note. */
  readonly checkpoint: string;
  readonly token: Uint8Array;
  readonly askedAt: Instant;
  readonly answeredAt: Instant;
  /** By how much the token's time lies outside of the question. */
  readonly apartMs: number;
}

interface Row {
  authority: string;
  size: string;
  note: string;
  token: Buffer;
  asked_ms: string;
  answered_ms: string;
  apart_ms: string;
}

const stampOf = (row: Row): OutsideStamp => ({
  authority: row.authority,
  size: Number(row.size),
  checkpoint: row.note,
  token: new Uint8Array(row.token),
  askedAt: instant(Number(row.asked_ms)),
  answeredAt: instant(Number(row.answered_ms)),
  apartMs: Number(row.apart_ms),
});

const STAMP = `SELECT authority, size, note, token, apart_ms,
    floor(extract(epoch FROM asked_at) * 1000)::bigint AS asked_ms,
    floor(extract(epoch FROM answered_at) * 1000)::bigint AS answered_ms
  FROM transparency.outside_time`;

/** Every stamp that was ever verified, also those that disagree with our clock: nobody changes or removes one. */
export class OutsideTimeStore {
  async add(tx: Tx, stamp: OutsideStamp): Promise<void> {
    await tx.execute(
      `INSERT INTO transparency.outside_time (authority, size, note, token, asked_at, answered_at, apart_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        stamp.authority,
        stamp.size,
        stamp.checkpoint,
        Buffer.from(stamp.token),
        formatInstant(stamp.askedAt),
        formatInstant(stamp.answeredAt),
        stamp.apartMs,
      ],
    );
  }

  /** The first of an authority over more than `index` leaves that is at most `tolerance` ms apart from our clock. */
  async firstCovering(
    tx: Tx,
    authority: string,
    index: number,
    tolerance: number,
  ): Promise<OutsideStamp | null> {
    const [row] = await tx.query<Row>(
      `${STAMP} WHERE authority = $1 AND size > $2 AND apart_ms <= $3 ORDER BY size, id LIMIT 1`,
      [authority, index, tolerance],
    );
    return row ? stampOf(row) : null;
  }
}
