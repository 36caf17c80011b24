/**
 * V04, with what somebody else was shown: a log that showed two histories is found as soon as two of its signatures meet
 * that contradict each other. Both sides are proved by the pinned log key; nothing is believed of who brings a file.
 */
import { MAX_LIST_BYTES, TrustError, b64u, equalBytes, parseRecord, utf8 } from '../encoding/index.ts';
import {
  blindedLeaf,
  cosignaturesOf,
  leafHash,
  openCheckpoint,
  parseVkey,
  verifyInclusion,
} from '../log/index.ts';
import type { Checkpoint, NoteKey } from '../log/index.ts';
import { logProofs } from './bundle.ts';
import type { BundleReader, LogProofs } from './bundle.ts';
import type { Verification } from './context.ts';

/** What somebody was shown of the log: signed checkpoints, and leaves with their proofs to the first of them. */
export interface OtherView {
  /** What the reader calls it: a file's name. */
  readonly name: string;
  readonly checkpoints: readonly [string, ...string[]];
  readonly leaves: LogProofs['leaves'];
}

/** One signed note, as a witness or another reader has it. */
export const viewOfCheckpoint = (name: string, note: string): OtherView => ({
  name,
  checkpoints: [note],
  leaves: [],
});

/** The log's part of another bundle. @throws TrustError EVIDENCE.*, RECORD.* */
export async function readOtherView(name: string, reader: BundleReader): Promise<OtherView> {
  const latest = utf8.decode(await reader.bytes('log/checkpoint', 8_000));
  const bytes = await reader.bytes('log/proofs.json', MAX_LIST_BYTES);
  const { leaves, checkpoints } = parseRecord(logProofs, bytes, MAX_LIST_BYTES);
  return { name, checkpoints: [latest, ...checkpoints.map(({ text }) => text)], leaves };
}

interface Signed {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** Everything in these views that the log itself has signed is one history with what the bundle shows. */
export function checkOtherViews(v: Verification, views: readonly OtherView[]): void {
  if (views.length === 0) return;
  const key = parseVkey(v.trust.log);
  const { checkpoint, proofs } = v.evidence;
  const own: OtherView = {
    name: 'log/checkpoint',
    checkpoints: [checkpoint, ...proofs.checkpoints.map(({ text }) => text)],
    leaves: proofs.leaves,
  };
  const mine = signedBy(own, key);
  const myLeaves = provenLeaves(own, mine[0]);
  for (const view of views) {
    const theirs = signedBy(view, key);
    if (theirs.length === 0) {
      v.findings.fail('V04', 'NOTE.UNSIGNED', view.name, 'bundle');
      continue;
    }
    const roots = compareRoots(v, view.name, mine, theirs);
    const leaves = compareLeaves(v, view.name, myLeaves, provenLeaves(view, theirs[0]));
    const what = `${view.name}: ${roots} trees of one size and ${leaves} leaves are compared`;
    v.findings.note('V04', roots + leaves === 0 ? `${view.name}: has nothing to compare with` : what);
  }
}

/** Those of its checkpoints that the log signed; a view that somebody made up accuses nobody. */
function signedBy({ checkpoints }: OtherView, key: NoteKey): Signed[] {
  return checkpoints.flatMap((note) => {
    try {
      return [{ note, checkpoint: openCheckpoint(note, key) }];
    } catch (error) {
      if (error instanceof TrustError) return [];
      throw error;
    }
  });
}

function compareRoots(
  v: Verification,
  name: string,
  mine: readonly Signed[],
  theirs: readonly Signed[],
): number {
  const pairs = mine.flatMap((one) =>
    theirs
      .filter(({ checkpoint }) => checkpoint.size === one.checkpoint.size)
      .map((two) => [one, two] as const),
  );
  for (const [one, two] of pairs) {
    const { size, root } = one.checkpoint;
    if (equalBytes(root, two.checkpoint.root)) continue;
    v.findings.fail('V04', 'EVIDENCE.SPLIT_VIEW', name, 'platform', { size });
    for (const witness of cosignersOf(v, one.note)) {
      // It has put its name to two histories: its word counts for nothing any more.
      if (cosignersOf(v, two.note).includes(witness))
        v.findings.fail('V04', 'EVIDENCE.SPLIT_COSIGNED', name, 'witness', { witness, size });
    }
  }
  return pairs.length;
}

function cosignersOf(v: Verification, note: string): string[] {
  try {
    return cosignaturesOf(note, v.trust.witnesses).map(({ witness }) => witness.name);
  } catch (error) {
    if (error instanceof TrustError) return [];
    throw error;
  }
}

/** By index: the leaves that are in the tree of the view's newest checkpoint. */
function provenLeaves({ leaves }: OtherView, newest: Signed | undefined): Map<number, string> {
  const proven = new Map<number, string>();
  if (!newest) return proven;
  const { size, root } = newest.checkpoint;
  for (const { hash, blind, index, proof } of leaves) {
    const leaf = leafHash(blindedLeaf(b64u.decode(hash), b64u.decode(blind)));
    const siblings = proof.map((each) => b64u.decode(each));
    if (verifyInclusion({ index, size, leaf, proof: siblings, root })) proven.set(index, b64u.encode(leaf));
  }
  return proven;
}

/** One place of one log holds one leaf, however long the log has grown meanwhile. */
function compareLeaves(
  v: Verification,
  name: string,
  mine: ReadonlyMap<number, string>,
  theirs: ReadonlyMap<number, string>,
): number {
  const shared = [...mine].filter(([index]) => theirs.has(index));
  const other = shared.find(([index, leaf]) => theirs.get(index) !== leaf);
  if (other) v.findings.fail('V04', 'EVIDENCE.SPLIT_VIEW', name, 'platform', { index: other[0] });
  return shared.length;
}
