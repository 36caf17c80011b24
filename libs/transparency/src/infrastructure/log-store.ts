import type { Instant } from '#kernel';
import { instant } from '#kernel';
import type { Tx } from '#persistence';
import { TILE_WIDTH } from '#trust';
import type { Hash } from '#trust';

/** A row of `transparency.leaf` that has its place in the tree. */
export interface PlacedLeaf {
  readonly index: number;
  /** H(type, record). */
  readonly hash: Hash;
  readonly blind: Uint8Array;
}

export interface StoredCheckpoint {
  /** 1, 2, 3 … without gaps. */
  readonly n: number;
  readonly size: number;
  readonly root: Hash;
  /** The signed note. */
  readonly text: string;
  readonly signedAt: Instant;
}

interface LeafRow {
  index: string;
  hash: Buffer;
  blind: Buffer;
}
interface CheckpointRow {
  n: string;
  size: string;
  root: Buffer;
  note: string;
  signed_ms: string;
}

const CHECKPOINT = `SELECT n, size, root, note, floor(extract(epoch FROM signed_at) * 1000)::bigint AS signed_ms
  FROM transparency.checkpoint`;

const leafOf = (row: LeafRow): PlacedLeaf => ({
  index: Number(row.index),
  hash: new Uint8Array(row.hash),
  blind: new Uint8Array(row.blind),
});

const checkpointOf = (row: CheckpointRow): StoredCheckpoint => ({
  n: Number(row.n),
  size: Number(row.size),
  root: new Uint8Array(row.root),
  text: row.note,
  signedAt: instant(Number(row.signed_ms)),
});

/** The log's rows. One sequencer at a time takes {@link lock}; readers need none. */
export class LogStore {
  /** The log's own lock: held by whoever gives indexes or adds a checkpoint, until its transaction ends. */
  async lock(tx: Tx): Promise<void> {
    await tx.lock('transparency.log');
  }

  async append(tx: Tx, leaf: { hash: Hash; blind: Uint8Array; published: boolean }): Promise<void> {
    await tx.execute(
      `INSERT INTO transparency.leaf AS l (hash, blind, published) VALUES ($1, $2, $3)
       ON CONFLICT (hash) DO UPDATE SET published = true WHERE excluded.published AND NOT l.published`,
      [Buffer.from(leaf.hash), Buffer.from(leaf.blind), leaf.published],
    );
  }

  async publish(tx: Tx, hashes: readonly Hash[]): Promise<void> {
    await tx.execute(
      'UPDATE transparency.leaf SET published = true WHERE hash = ANY($1::bytea[]) AND NOT published',
      [hashes.map((hash) => Buffer.from(hash))],
    );
  }

  /** At most `limit` hashes that wait, in the order in which they were appended: a record comes after the one that it rests on. */
  async waiting(tx: Tx, limit: number): Promise<Hash[]> {
    const rows = await tx.query<{ hash: Buffer }>(
      'SELECT hash FROM transparency.leaf WHERE index IS NULL ORDER BY arrived LIMIT $1',
      [limit],
    );
    return rows.map((row) => new Uint8Array(row.hash));
  }

  /** Gives each hash its index, which are as many; returns how many rows took one. Under {@link lock}. */
  async place(tx: Tx, indexes: readonly number[], hashes: readonly Hash[]): Promise<number> {
    return await tx.execute(
      `UPDATE transparency.leaf l SET index = v.index
       FROM unnest($1::bytea[], $2::bigint[]) AS v (hash, index) WHERE l.hash = v.hash AND l.index IS NULL`,
      [hashes.map((hash) => Buffer.from(hash)), indexes],
    );
  }

  /** The records among the leaves `from` (included) to `until` (excluded), in order. */
  async leaves(tx: Tx, from: number, until: number): Promise<PlacedLeaf[]> {
    const rows = await tx.query<LeafRow>(
      'SELECT index, hash, blind FROM transparency.leaf WHERE index >= $1 AND index < $2 ORDER BY index',
      [from, until],
    );
    return rows.map(leafOf);
  }

  /** Those of the hashes that have an index. */
  async placed(tx: Tx, hashes: readonly Hash[]): Promise<PlacedLeaf[]> {
    const rows = await tx.query<LeafRow>(
      'SELECT index, hash, blind FROM transparency.leaf WHERE hash = ANY($1::bytea[]) AND index IS NOT NULL',
      [hashes.map((hash) => Buffer.from(hash))],
    );
    return rows.map(leafOf);
  }

  /** Those of the hashes that were appended, with an index or without. */
  async known(tx: Tx, hashes: readonly Hash[]): Promise<Hash[]> {
    const rows = await tx.query<{ hash: Buffer }>(
      'SELECT hash FROM transparency.leaf WHERE hash = ANY($1::bytea[])',
      [hashes.map((hash) => Buffer.from(hash))],
    );
    return rows.map(({ hash }) => new Uint8Array(hash));
  }

  async isPublished(tx: Tx, hash: Hash): Promise<boolean> {
    const [row] = await tx.query<{ published: boolean }>(
      'SELECT published FROM transparency.leaf WHERE hash = $1',
      [Buffer.from(hash)],
    );
    return row?.published ?? false;
  }

  async latest(tx: Tx): Promise<StoredCheckpoint | null> {
    const [row] = await tx.query<CheckpointRow>(`${CHECKPOINT} ORDER BY n DESC LIMIT 1`);
    return row ? checkpointOf(row) : null;
  }

  /** The first checkpoint whose tree has the leaf. */
  async firstCovering(tx: Tx, index: number): Promise<StoredCheckpoint | null> {
    const [row] = await tx.query<CheckpointRow>(`${CHECKPOINT} WHERE size > $1 ORDER BY size, n LIMIT 1`, [
      index,
    ]);
    return row ? checkpointOf(row) : null;
  }

  /** The first checkpoint of more than `above` leaves whose newest batch was drawn at or after `at`. */
  async firstDrawnAfter(tx: Tx, at: Instant, above: number): Promise<StoredCheckpoint | null> {
    const [row] = await tx.query<CheckpointRow>(
      `${CHECKPOINT} WHERE drawn_at >= 'epoch'::timestamptz + $1 * interval '1 millisecond' AND size > $2
       ORDER BY drawn_at, n LIMIT 1`,
      [at, above],
    );
    return row ? checkpointOf(row) : null;
  }

  /** Size and root of every tree that was signed with more than `above` and at most `upTo` leaves, by size. */
  async signedTrees(tx: Tx, above: number, upTo: number): Promise<{ size: number; root: Hash }[]> {
    const rows = await tx.query<{ size: string; root: Buffer }>(
      `SELECT DISTINCT size, root FROM transparency.checkpoint WHERE size > $1 AND size <= $2 ORDER BY size`,
      [above, upTo],
    );
    return rows.map(({ size, root }) => ({ size: Number(size), root: new Uint8Array(root) }));
  }

  /** Widths, below full, that a signed tree ever had of this tile; a hash of `level` covers 256^level leaves. */
  async partialWidths(tx: Tx, level: number, index: number): Promise<number[]> {
    const span = TILE_WIDTH ** level;
    const from = index * span * TILE_WIDTH;
    const rows = await tx.query<{ width: string }>(
      `SELECT DISTINCT (size - $1::bigint) / $2::bigint AS width FROM transparency.checkpoint
        WHERE size >= $1::bigint + $2::bigint AND size < $1::bigint + $2::bigint * $3::bigint ORDER BY 1`,
      [from, span, TILE_WIDTH],
    );
    return rows.map(({ width }) => Number(width));
  }

  /**
   * Compare-and-swap: adds number `n` if `n - 1` is the last one. False: another process was first. The row's time is
   * the database's, in this statement.
   */
  async addCheckpoint(
    tx: Tx,
    next: { n: number; size: number; root: Hash; text: string; drawnAt: string },
  ): Promise<boolean> {
    const added = await tx.execute(
      `INSERT INTO transparency.checkpoint (n, size, root, note, drawn_at)
       SELECT $1::bigint, $2::bigint, $3::bytea, $4::text, $5::timestamptz
       WHERE (SELECT coalesce(max(n), 0) FROM transparency.checkpoint) = $1::bigint - 1
         AND $2::bigint >= (SELECT coalesce(max(size), 0) FROM transparency.checkpoint)
       ON CONFLICT (n) DO NOTHING`,
      [next.n, next.size, Buffer.from(next.root), next.text, next.drawnAt],
    );
    return added === 1;
  }

  /** Names the hash that has waited longest, by its place in the order of arrival; null where none waits. */
  async oldestWaiting(tx: Tx): Promise<string | null> {
    const [row] = await tx.query<{ arrived: string }>(
      'SELECT arrived::text FROM transparency.leaf WHERE index IS NULL ORDER BY arrived LIMIT 1',
    );
    return row?.arrived ?? null;
  }

  async halted(tx: Tx): Promise<string | null> {
    const [row] = await tx.query<{ reason: string }>(
      'SELECT reason FROM transparency.halt WHERE cleared_at IS NULL',
    );
    return row?.reason ?? null;
  }

  /** Keeps the first reason while the log is stopped. */
  async halt(tx: Tx, reason: string, facts: object): Promise<void> {
    await tx.execute(
      `INSERT INTO transparency.halt (reason, facts) VALUES ($1, $2::jsonb)
       ON CONFLICT ((true)) WHERE cleared_at IS NULL DO NOTHING`,
      [reason, JSON.stringify(facts)],
    );
  }

  async clearHalt(tx: Tx): Promise<void> {
    await tx.execute('UPDATE transparency.halt SET cleared_at = clock_timestamp() WHERE cleared_at IS NULL');
  }
}
