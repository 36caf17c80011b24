/** Checkpoints: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint), the text of a signed note. */
import { b64 } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Hash } from './merkle.ts';
import { verifyNote } from './note.ts';
import type { NoteKey } from './note.ts';

export interface Checkpoint {
  /** Name of the log, also its key's name. */
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  readonly root: Hash;
}

/** Origin, size in decimal, root in base64; no extension lines: monitors cannot audit them. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${b64.encode(root)}\n`;

/**
 * Reads {@link checkpointText}. Extension lines are refused: no record of this protocol has any, and a line that
 * nobody checks is a place to hide something.
 * @throws TrustError LOG.CHECKPOINT | ENCODING.BASE64URL
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size = '', root = '', ...rest] = text.split('\n') as [string, ...string[]];
  const checkpoint = { origin, size: Number(size), root: b64.decode(root) };
  const sound =
    origin !== '' &&
    /^(0|[1-9]\d*)$/.test(size) &&
    Number.isSafeInteger(checkpoint.size) &&
    checkpoint.root.length === 32 &&
    rest.length === 1 &&
    rest[0] === '';
  if (!sound) throw new TrustError('LOG.CHECKPOINT');
  return checkpoint;
}

/**
 * A signed checkpoint of the log whose key is pinned: the note holds under `log`, and its origin is the key's name.
 * @throws TrustError NOTE.* | LOG.CHECKPOINT
 */
export function openCheckpoint(note: string, log: NoteKey): Checkpoint {
  const checkpoint = parseCheckpoint(verifyNote(note, [log]).text);
  if (checkpoint.origin !== log.name) throw new TrustError('LOG.CHECKPOINT', { origin: checkpoint.origin });
  return checkpoint;
}
