import { instant } from '#kernel';
import type { Tx } from '#persistence';
import { formatWitnessKey, b64u, withSignatures } from '#trust';
import type { WitnessTerms } from '#trust';
import type { StoredCheckpoint } from './log-store.ts';

interface CheckpointRow {
  n: string;
  size: string;
  root: Buffer;
  note: string;
  signed_ms: string;
  lines: string[];
}

const CHECKPOINT = `SELECT n, size, root, note, floor(extract(epoch FROM signed_at) * 1000)::bigint AS signed_ms,
    ARRAY(SELECT line FROM transparency.cosignature s WHERE s.n = c.n ORDER BY received_at, witness) AS lines
  FROM transparency.checkpoint c`;

/** Checkpoints with a quorum, among those of the named witnesses. */
const COSIGNED = `SELECT n FROM transparency.cosignature WHERE witness = ANY($1::text[])`;

const checkpointOf = (row: CheckpointRow): StoredCheckpoint => ({
  n: Number(row.n),
  size: Number(row.size),
  root: new Uint8Array(row.root),
  text: withSignatures(row.note, row.lines),
  signedAt: instant(Number(row.signed_ms)),
});

const keysOf = ({ witnesses }: WitnessTerms): string[] =>
  witnesses.map(({ name, key }) => formatWitnessKey({ name, publicKey: b64u.decode(key) }));

/** What witnesses said, beside the checkpoints that they said it of. */
export class CosignatureStore {
  /** Keeps the first line of a witness for a checkpoint. */
  async keep(tx: Tx, n: number, witness: string, line: string): Promise<void> {
    await tx.execute(
      'INSERT INTO transparency.cosignature (n, witness, line) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [n, witness, line],
    );
  }

  /** Verifier keys of those who have cosigned this checkpoint. */
  async witnessesOf(tx: Tx, n: number): Promise<string[]> {
    const rows = await tx.query<{ witness: string }>(
      'SELECT witness FROM transparency.cosignature WHERE n = $1',
      [n],
    );
    return rows.map(({ witness }) => witness);
  }

  /** Leaves of the largest tree that this witness has cosigned; 0 where it has none. */
  async lastSizeOf(tx: Tx, witness: string): Promise<number> {
    const [row] = await tx.query<{ size: string }>(
      `SELECT size FROM transparency.checkpoint
        WHERE n = (SELECT max(n) FROM transparency.cosignature WHERE witness = $1)`,
      [witness],
    );
    return Number(row?.size ?? 0);
  }

  /** Number `n` or the first one after it that has the quorum; with all cosignatures in its note. Null: none yet. */
  async firstFrom(tx: Tx, n: number, terms: WitnessTerms): Promise<StoredCheckpoint | null> {
    const sql = `${CHECKPOINT} WHERE n = (
      ${COSIGNED} AND n >= $3 GROUP BY n HAVING count(*) >= $2 ORDER BY n LIMIT 1)`;
    const [row] = await tx.query<CheckpointRow>(sql, [keysOf(terms), terms.q, n]);
    return row ? checkpointOf(row) : null;
  }

  /** The newest one that has the quorum. */
  async newest(tx: Tx, terms: WitnessTerms): Promise<StoredCheckpoint | null> {
    const sql = `${CHECKPOINT} WHERE n = (
      ${COSIGNED} GROUP BY n HAVING count(*) >= $2 ORDER BY n DESC LIMIT 1)`;
    const [row] = await tx.query<CheckpointRow>(sql, [keysOf(terms), terms.q]);
    return row ? checkpointOf(row) : null;
  }
}
