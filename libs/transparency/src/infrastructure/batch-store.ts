import type { Instant } from '#kernel';
import { instant } from '#kernel';
import type { Tx } from '#persistence';
import type { Hash } from '#trust';

/** Leaves `first` (included) to `first + size` (excluded), drawn on one tick. */
export interface StoredBatch {
  readonly first: number;
  readonly size: number;
  /** How many of them are records. */
  readonly records: number;
  /** Whose dummies fill the rest; null where there is no rest. */
  readonly seed: number | null;
  readonly drawnAt: Instant;
  /** The same instant as PostgreSQL writes it, with its microseconds. */
  readonly drawnText: string;
}

/** A seed's row. It holds the seed itself only once that is shown. */
export interface SeedRow {
  readonly number: number;
  readonly hash: Hash;
  /** When its first batch was drawn. */
  readonly begunAt: Instant | null;
  readonly revealed: Uint8Array | null;
}

/** A seed and the leaves among which its dummies are: `first` (included) to `until` (excluded). */
export interface SeedDay extends SeedRow {
  readonly first: number;
  readonly until: number;
}

interface BatchRow {
  first: string;
  size: string;
  records: string;
  seed: string | null;
  drawn_ms: string;
  drawn_at: string;
}
interface SeedColumns {
  number: string;
  hash: Buffer;
  begun_ms: string | null;
  revealed: Buffer | null;
}

const MS = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::bigint`;
const BATCH = `SELECT first, size, records, seed, ${MS('drawn_at')} AS drawn_ms, drawn_at::text AS drawn_at
  FROM transparency.batch`;
const SEED = `SELECT number, hash, ${MS('begun_at')} AS begun_ms, revealed FROM transparency.seed`;

const batchOf = (row: BatchRow): StoredBatch => ({
  first: Number(row.first),
  size: Number(row.size),
  records: Number(row.records),
  seed: row.seed === null ? null : Number(row.seed),
  drawnAt: instant(Number(row.drawn_ms)),
  drawnText: row.drawn_at,
});

const seedOf = (row: SeedColumns): SeedRow => ({
  number: Number(row.number),
  hash: new Uint8Array(row.hash),
  begunAt: row.begun_ms === null ? null : instant(Number(row.begun_ms)),
  revealed: row.revealed && new Uint8Array(row.revealed),
});

/** What each tick appended and whose dummies it used. Written under the log's lock alone. */
export class BatchStore {
  async newest(tx: Tx): Promise<StoredBatch | null> {
    const [row] = await tx.query<BatchRow>(`${BATCH} ORDER BY first DESC LIMIT 1`);
    return row ? batchOf(row) : null;
  }

  /** Those that hold any of the leaves `from` (included) to `until` (excluded), in order. */
  async between(tx: Tx, from: number, until: number): Promise<StoredBatch[]> {
    const rows = await tx.query<BatchRow>(
      `${BATCH} WHERE first < $2
         AND first >= coalesce((SELECT max(first) FROM transparency.batch WHERE first <= $1), 0) ORDER BY first`,
      [from, until],
    );
    return rows.map(batchOf);
  }

  async add(tx: Tx, batch: Omit<StoredBatch, 'drawnAt'>): Promise<void> {
    await tx.execute(
      `INSERT INTO transparency.batch (first, size, records, seed, drawn_at) VALUES ($1, $2, $3, $4, $5)`,
      [batch.first, batch.size, batch.records, batch.seed, batch.drawnText],
    );
  }

  /** The database's clock, in both forms. */
  async clock(tx: Tx): Promise<{ now: Instant; text: string }> {
    const [row] = await tx.query<{ ms: string; text: string }>(
      `SELECT ${MS('at')} AS ms, at::text AS text FROM (SELECT clock_timestamp() AS at) AS clock`,
    );
    return { now: instant(Number(row?.ms)), text: row?.text ?? '' };
  }

  /** The seed in use: of those that were begun the last; null before the first. */
  async current(tx: Tx): Promise<SeedRow | null> {
    const [row] = await tx.query<SeedColumns>(
      `${SEED} WHERE begun_at IS NOT NULL ORDER BY number DESC LIMIT 1`,
    );
    return row ? seedOf(row) : null;
  }

  /** Whether the log holds the leaf that commits to this seed. */
  async isCommitted(tx: Tx, number: number): Promise<boolean> {
    const [row] = await tx.query(
      `SELECT FROM transparency.seed s JOIN transparency.leaf l USING (hash)
        WHERE s.number = $1 AND l.index IS NOT NULL`,
      [number],
    );
    return row !== undefined;
  }

  async promise(tx: Tx, seed: { number: number; hash: Hash }): Promise<void> {
    await tx.execute('INSERT INTO transparency.seed (number, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      seed.number,
      Buffer.from(seed.hash),
    ]);
  }

  async begin(tx: Tx, number: number, at: string): Promise<void> {
    await tx.execute('UPDATE transparency.seed SET begun_at = $2 WHERE number = $1', [number, at]);
  }

  /** All seeds from `from` on, at most `limit`, in order. */
  async seeds(tx: Tx, from: number, limit: number): Promise<SeedRow[]> {
    const rows = await tx.query<SeedColumns>(`${SEED} WHERE number >= $1 ORDER BY number LIMIT $2`, [
      from,
      limit,
    ]);
    return rows.map(seedOf);
  }

  /** Numbers of seeds that are not shown and whose day ended by `since`, or at all where that is null; in order. */
  async keptBack(tx: Tx, since: Instant | null, limit: number): Promise<number[]> {
    const rows = await tx.query<{ number: string }>(
      `SELECT s.number FROM transparency.seed s JOIN transparency.seed next ON next.number = s.number + 1
        WHERE s.revealed IS NULL AND next.begun_at IS NOT NULL
          AND ($1::float8 IS NULL OR next.begun_at <= 'epoch'::timestamptz + $1 * interval '1 millisecond')
        ORDER BY s.number LIMIT $2`,
      [since, limit],
    );
    return rows.map(({ number }) => Number(number));
  }

  async reveal(tx: Tx, number: number, seed: Uint8Array): Promise<void> {
    await tx.execute('UPDATE transparency.seed SET revealed = $2 WHERE number = $1 AND revealed IS NULL', [
      number,
      Buffer.from(seed),
    ]);
  }

  /** The days that hold any of the leaves `from` to `until` (excluded), as far as a tree of `size` has them, in order. */
  async days(tx: Tx, span: { from: number; until: number }, size: number): Promise<SeedDay[]> {
    const rows = await tx.query<SeedColumns & { first: string; until: string }>(
      `SELECT s.number, s.hash, ${MS('s.begun_at')} AS begun_ms, s.revealed,
              min(b.first) AS first, max(b.first + b.size) AS until
         FROM transparency.seed s JOIN transparency.batch b ON b.seed = s.number
        WHERE b.first + b.size <= $3
        GROUP BY s.number HAVING max(b.first + b.size) > $1 AND min(b.first) < $2 ORDER BY s.number`,
      [span.from, span.until, size],
    );
    return rows.map((row) => ({ ...seedOf(row), first: Number(row.first), until: Number(row.until) }));
  }
}
