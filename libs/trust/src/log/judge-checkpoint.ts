/**
 * What a witness decides about a checkpoint that it is asked to cosign (C2SP tlog-witness): pure, so that the service
 * has nothing to do but to keep state and answer.
 */
import { equalBytes } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { parseAddCheckpoint } from './add-checkpoint.ts';
import type { AddCheckpoint } from './add-checkpoint.ts';
import { openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { EMPTY_ROOT, verifyConsistency } from './merkle.ts';
import { parseNote } from './note.ts';
import type { NoteKey } from './note.ts';

/** A request whose log is known and whose signature holds. */
export interface Submission extends AddCheckpoint {
  readonly checkpoint: Checkpoint;
}

/** `malformed` 400, `unknown-log` 404, `unsigned` 403. */
export type Unreadable = 'malformed' | 'unknown-log' | 'unsigned';

/** Reads a request that anyone may have sent. `logs` are those that this witness was told to watch. */
export function readSubmission(body: string, logs: readonly NoteKey[]): Submission | Unreadable {
  let request: AddCheckpoint;
  let claimed: Checkpoint;
  try {
    request = parseAddCheckpoint(body);
    claimed = parseCheckpoint(parseNote(request.note).text);
  } catch (error) {
    if (error instanceof TrustError) return 'malformed';
    throw error;
  }
  const log = logs.find(({ name }) => name === claimed.origin);
  if (!log) return 'unknown-log';
  try {
    const checkpoint = openCheckpoint(request.note, log);
    return request.oldSize > checkpoint.size ? 'malformed' : { ...request, checkpoint };
  } catch (error) {
    if (error instanceof TrustError) return 'unsigned';
    throw error;
  }
}

/**
 * `conflict` 409: another old size than the one cosigned last, which is given. `equivocation` 409: the log signed two
 * trees of one size, and its own two signatures prove it. `unproved` 422: the proof does not hold; whoever sent it may
 * have made it up, so it proves nothing against the log.
 */
export type Judgement =
  | { readonly kind: 'cosign'; readonly isNew: boolean }
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'equivocation'; readonly size: number }
  | { readonly kind: 'unproved' };

/** `known` is the checkpoint of this log that was cosigned last, null before the first. */
export function judgeSubmission(
  { oldSize, proof, checkpoint }: Submission,
  known: Checkpoint | null,
): Judgement {
  const size = known?.size ?? 0;
  const sameSize = checkpoint.size === size;
  const root = known?.root ?? EMPTY_ROOT;
  // Whatever old size it names: the two notes alone are the proof.
  if (known && sameSize && !equalBytes(checkpoint.root, root)) return { kind: 'equivocation', size };
  if (oldSize !== size) return { kind: 'conflict', size };
  const holds =
    size === 0
      ? proof.length === 0 && (!sameSize || equalBytes(checkpoint.root, EMPTY_ROOT))
      : verifyConsistency({
          size1: size,
          root1: root,
          size2: checkpoint.size,
          root2: checkpoint.root,
          proof,
        });
  return holds ? { kind: 'cosign', isNew: !known || !sameSize } : { kind: 'unproved' };
}
