/** V03 to V06: one history, cosigned, that holds every record of the lot. */
import { b64u, hashText, sha256, canonicalBytes, TrustError } from '../encoding/index.ts';
import {
  blindedLeaf,
  leafHash,
  openCheckpoint,
  parseVkey,
  verifyConsistency,
  verifyInclusion,
} from '../log/index.ts';
import type { Checkpoint, NoteKey } from '../log/index.ts';
import { drawRecords } from '../draw/draw-file.ts';
import { numbered, only } from './bundle.ts';
import { checkDummies } from './check-dummies.ts';
import { checkWitnesses } from './check-witnesses.ts';
import type { Verification } from './context.ts';

const hash = (text: string): Uint8Array => b64u.decode(text);

export async function checkLog(v: Verification): Promise<void> {
  const latest = await checkLatest(v);
  if (latest) {
    checkHistory(v, latest.checkpoint, latest.key);
    checkLeaves(v, latest.checkpoint);
    checkDummies(v, latest.checkpoint);
  }
  checkReceipts(v);
  await checkWitnesses(v);
}

async function checkLatest(v: Verification): Promise<{ checkpoint: Checkpoint; key: NoteKey } | null> {
  let latest: { checkpoint: Checkpoint; key: NoteKey } | null = null;
  await v.run('V03', 'log/checkpoint', 'platform', () => {
    const key = parseVkey(v.trust.log);
    if (key.name !== v.trust.origin) throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'origin' });
    latest = { checkpoint: openCheckpoint(v.evidence.checkpoint, key), key };
  });
  return latest;
}

/** Every checkpoint that some record mentions is an earlier state of the very log that the latest one signs. */
function checkHistory(v: Verification, latest: Checkpoint, key: NoteKey): void {
  const proofs = new Map(v.evidence.proofs.checkpoints.map(({ text, proof }) => [text, proof]));
  const mentioned = v.close ? [v.close.checkpoint] : [];
  for (const text of mentioned)
    v.findings.expect(proofs.has(text), 'V03', 'EVIDENCE.NO_CONSISTENCY_PROOF', 'close.json', 'bundle');
  for (const [text, proof] of proofs) {
    const subject = `log/proofs.json#${text.split('\n')[1] ?? ''}`;
    try {
      const earlier = openCheckpoint(text, key);
      const claim = {
        size1: earlier.size,
        size2: latest.size,
        root1: earlier.root,
        root2: latest.root,
        proof: proof.map(hash),
      };
      v.findings.expect(verifyConsistency(claim), 'V03', 'EVIDENCE.INCONSISTENT', subject, 'platform');
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      v.findings.fail('V03', error.code, subject, 'platform', error.facts);
    }
  }
  v.findings.note('V03', `${proofs.size} earlier checkpoints lead to one of ${latest.size} leaves`);
}

/** Every listed leaf is at its place under the latest checkpoint. */
function checkLeaves(v: Verification, latest: Checkpoint): void {
  for (const { hash: subject, blind, index, proof } of v.evidence.proofs.leaves) {
    const leaf = leafHash(blindedLeaf(hash(subject), hash(blind)));
    const holds = verifyInclusion({
      index,
      size: latest.size,
      leaf,
      proof: proof.map(hash),
      root: latest.root,
    });
    v.findings.expect(holds, 'V05', 'EVIDENCE.NOT_IN_LOG', subject, 'platform');
  }
  v.findings.note('V05', `${v.evidence.proofs.leaves.length} leaves`);
}

/** The hashes of everything that must be logged, by type, with the file that holds it. */
export function loggedRecords(v: Verification): { type: string; hash: string; path: string }[] {
  const { evidence } = v;
  const list: { type: string; hash: string; path: string }[] = [];
  const add = (type: string, record: object | undefined, path: string) => {
    if (record) list.push({ type, hash: hashText(type, record), path });
  };
  v.notices.forEach(({ record }, i) => add('notice', record, `notices/${i + 1}.json`));
  numbered(evidence, 'deadline').forEach(({ record }, i) =>
    add('deadline', record, `deadlines/${i + 1}.json`),
  );
  numbered(evidence, 'close-add').forEach(({ record }, i) => add('close-add', record, `adds/${i + 1}.json`));
  for (const kind of ['lotkey', 'journal', 'close', 'cancellation'] as const)
    add(kind, only(evidence, kind)?.record, `${kind}.json`);
  add('opening-record', only(evidence, 'opening-record')?.record, 'record.json');
  for (const [name, { record }] of evidence.records['key-destroyed'])
    add('key-destroyed', record, `destroyed/${name}.json`);
  add('evaluation-report', only(evidence, 'evaluation-report')?.record, 'report.json');
  add('publicity', only(evidence, 'publicity')?.record, 'publicity.json');
  add('award', only(evidence, 'award')?.record, 'award.json');
  for (const [c, record] of evidence.records.commit) add('commit', record, `commits/${c}.json`);
  for (const [c, { record }] of evidence.records.stored) add('receipt-stored', record, `stored/${c}.json`);
  for (const { move } of v.close?.moves ?? []) add('move', move.record, 'close.json');
  for (const [name, { record }] of evidence.records.shares)
    if (record.audience !== 'committee') add('shares', record, `shares/${name}.json`);
  for (const [name, file] of evidence.records.draw)
    for (const record of drawRecords(file)) list.push({ ...record, path: `draws/${name}.json` });
  for (const [name, { record }] of evidence.records['sealed-shares'])
    add('sealed-shares', record, `sealed-shares/${name}.json`);
  for (const { record } of evidence.dummies?.days ?? []) add('day-seed', record, 'log/dummies.json');
  return list;
}

/** Leaves under a checkpoint whose signature and consistency V03 checks. */
const sizeOf = (checkpoint: string): number => Number(checkpoint.split('\n')[1] ?? '0');

/** Every record of the lot has a leaf, and CLOSE says of each bid where its leaf is. */
function checkReceipts(v: Verification): void {
  const leaves = new Map(v.evidence.proofs.leaves.map((leaf) => [leaf.hash, leaf]));
  // A record with two places could be shown before or after another, as it suits.
  if (leaves.size !== v.evidence.proofs.leaves.length)
    v.findings.fail('V05', 'EVIDENCE.LOGGED_TWICE', 'log/proofs.json', 'platform');
  for (const { hash: subject, path } of loggedRecords(v))
    v.findings.expect(leaves.has(subject), 'V05', 'EVIDENCE.NO_INCLUSION_PROOF', path, 'platform');
  const closed = v.close ? sizeOf(v.close.checkpoint) : 0;
  const listed = [
    ...v.accepted.map((bid) => ({ subject: bid.c, blind: bid.blind, index: bid.index })),
    ...(v.close?.moves ?? []).map(({ move, blind, index }) => ({
      subject: hashText('move', move.record),
      blind,
      index,
    })),
  ];
  for (const { subject, blind, index } of listed) {
    const leaf = leaves.get(subject);
    const same = leaf?.blind === blind && leaf.index === index;
    v.findings.expect(same, 'V05', 'EVIDENCE.OTHER_LEAF', subject, 'platform');
    v.findings.expect(index < closed, 'V05', 'EVIDENCE.LOGGED_LATE', subject, 'platform');
  }
}

/** What a time-stamp token of a receipt covers: SHA-256 of the JCS of the signed receipt. */
export const tokenSubject = (signedReceipt: object): Uint8Array => sha256(canonicalBytes(signedReceipt));
