/**
 * DRAW-READY: what the seed will hang on, named and signed before the first share. The public value is known only after
 * POOL, and of several that would do one is fixed while every contribution is still sealed.
 */
import { b64u, equalBytes, uint } from '../encoding/bytes.ts';
import { hashRecord, hashText } from '../encoding/hash.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { openCheckpoint } from '../log/checkpoint.ts';
import { cosignaturesOf } from '../log/cosignature.ts';
import type { Cosignature } from '../log/cosignature.ts';
import { blindedLeaf } from '../log/leaf.ts';
import { leafHash, verifyInclusion } from '../log/merkle.ts';
import { COSIGNATURE_KEY, noteKeyId, parseNote, parseVkey } from '../log/note.ts';
import type { DrawPool, DrawReady, DrawSource, DrawValue, Signed } from '../records/index.ts';
import type { CheckedPlan } from './plan.ts';
import { instantOf, must, signedByOrganisations } from './signers.ts';

type Cosigned = Extract<DrawValue, { kind: 'witnesses' }>;
type Witnesses = Extract<DrawSource, { kind: 'witnesses' }>;

/**
 * What of the value goes into the seed. Of a cosigned checkpoint: its size, its root and the counted cosignatures, which
 * nobody but their witnesses can make; other lines of the note do not count.
 * @param pool H("draw-pool", POOL), which the checkpoint must cover
 * @throws TrustError DRAW.VALUE | NOTE.* | LOG.CHECKPOINT
 */
export function publicValue(source: DrawSource, value: DrawValue, pool: Uint8Array): object {
  must(source.kind === value.kind, 'DRAW.VALUE', { declared: source.kind, given: value.kind }, 'organiser');
  return value.kind === 'witnesses' ? cosigned(source as Witnesses, value, pool) : value;
}

function cosigned({ log, q, witnesses }: Witnesses, value: Cosigned, pool: Uint8Array): object {
  const { size, root } = openCheckpoint(value.checkpoint, parseVkey(log));
  const covered = verifyInclusion({
    index: value.index,
    size,
    leaf: leafHash(blindedLeaf(pool, b64u.decode(value.blind))),
    proof: value.proof.map(b64u.decode),
    root,
  });
  must(covered, 'DRAW.VALUE', { reason: 'the checkpoint does not cover the pool' }, 'organiser');
  const keys = witnesses.map(({ name, key }) => ({ name, publicKey: b64u.decode(key) }));
  const counted = cosignaturesOf(value.checkpoint, keys);
  must(counted.length >= q, 'DRAW.VALUE', { needed: q, cosignatures: counted.length }, 'organiser');
  const cosignatures = counted.map((each) => ({
    name: each.witness.name,
    seconds: each.seconds,
    signature: b64u.encode(signatureOf(value.checkpoint, each)),
  }));
  return { kind: value.kind, size, root: b64u.encode(root), cosignatures };
}

/** The first line of that witness with that time, which {@link cosignaturesOf} has verified: 64 bytes. */
function signatureOf(note: string, { witness, seconds }: Cosignature): Uint8Array {
  const keyId = noteKeyId(witness, COSIGNATURE_KEY);
  const line = parseNote(note).signatures.find(
    (each) =>
      each.name === witness.name &&
      equalBytes(each.keyId, keyId) &&
      equalBytes(each.signature.subarray(0, 8), uint(seconds, 8)),
  );
  return (line?.signature ?? new Uint8Array()).subarray(8);
}

/**
 * {@link checkReady} without the signatures: what the regulator checks before it signs.
 * @throws TrustError DRAW.READY | DRAW.VALUE | DRAW.EARLY | NOTE.* | LOG.CHECKPOINT
 */
export function checkUnsignedReady({ plan, hash }: CheckedPlan, pool: DrawPool, ready: DrawReady): void {
  const about =
    ready.plan === hash && ready.dealt === pool.dealt && ready.pool === hashText('draw-pool', pool);
  must(about, 'DRAW.READY', { reason: 'another plan, list or pool' }, 'organiser');
  publicValue(plan.source, ready.value, b64u.decode(ready.pool));
  const from = plan.source.kind === 'declared' ? plan.source.at : pool.madeAt;
  const { fixedAt } = ready;
  const known = instantOf(fixedAt) >= instantOf(from) && instantOf(fixedAt) >= instantOf(pool.madeAt);
  must(known, 'DRAW.EARLY', { fixedAt, from }, 'organiser');
}

/** @throws TrustError DRAW.* | SIGNATURE.* | NOTE.* | LOG.CHECKPOINT */
export function checkReady(
  checked: CheckedPlan,
  pool: DrawPool,
  signed: Signed<DrawReady>,
  certificates: CertificateLookup,
): void {
  const { organiser, regulator } = checked.plan;
  signedByOrganisations(signed, certificates, [organiser.creditCode, regulator.creditCode], 'organiser');
  checkUnsignedReady(checked, pool, signed.record);
}

/**
 * seed = H("draw", {plan, dealt, pool, value, secrets}), 32 bytes.
 * @param secrets S of every contribution, compressed, base64url, in the plan's order
 */
export const drawSeed = (
  { source }: Pick<CheckedPlan['plan'], 'source'>,
  { plan, dealt, pool, value }: DrawReady,
  secrets: readonly string[],
): Uint8Array =>
  hashRecord('draw', {
    plan,
    dealt,
    pool,
    value: publicValue(source, value, b64u.decode(pool)),
    secrets: [...secrets],
  });
