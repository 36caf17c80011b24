/** The request of C2SP tlog-witness (c2sp.org/tlog-witness): a log asks a witness to cosign its new checkpoint. */
import { b64 } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Hash } from './merkle.ts';

const MAX_PROOF_LINES = 63;
const OLD = /^old (0|[1-9]\d{0,15})$/;

export interface AddCheckpoint {
  /** Leaves of the last checkpoint that the witness is known to have cosigned; 0 where it knows none. */
  readonly oldSize: number;
  /** RFC 6962 consistency proof from there; empty from 0. */
  readonly proof: readonly Hash[];
  /** The new checkpoint, a signed note. */
  readonly note: string;
}

export const formatAddCheckpoint = ({ oldSize, proof, note }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...proof.map(b64.encode), '', note].join('\n');

/** Anyone may have sent the body. @throws TrustError WITNESS.REQUEST; the note is not looked at yet */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const blank = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(blank, 0)).split('\n');
  const oldSize = Number(OLD.exec(first)?.[1] ?? NaN);
  if (!Number.isSafeInteger(oldSize) || lines.length > MAX_PROOF_LINES) throw refused('old size');
  return { oldSize, proof: lines.map(proofHash), note: body.slice(blank + 2) };
}

function proofHash(line: string): Hash {
  let hash: Hash;
  try {
    hash = b64.decode(line);
  } catch (error) {
    if (error instanceof TrustError) throw refused('proof');
    throw error;
  }
  if (hash.length !== 32) throw refused('proof');
  return hash;
}

const refused = (part: string): TrustError => new TrustError('WITNESS.REQUEST', { part });
