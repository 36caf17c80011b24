/** DRAW.json: a whole draw in one canonical file, from the first terms to the names. Every party adds its part to it. */
import { z } from 'zod';
import { canonicalBytes, parseRecord } from '../encoding/canonical.ts';
import { hashText } from '../encoding/hash.ts';
import type { TrustCode } from '../encoding/trust-error.ts';
import {
  der,
  drawChange,
  drawDealing,
  drawDealt,
  drawEntry,
  drawPool,
  drawReady,
  drawResult,
  drawReveal,
  drawShares,
  drawTerms,
  hash32,
  shortText,
  signature,
  trusteeKey,
} from '../records/index.ts';
import type { Signature, Signed } from '../records/index.ts';
import { must } from './signers.ts';

/** 200,000 entries, sealed or open. */
export const MAX_DRAW_BYTES = 64 * 1024 * 1024;

/** A record whose signatures are still being gathered. */
const signing = <T extends z.ZodType>(record: T) =>
  z.strictObject({ record, signatures: z.array(signature).max(64) });

export const drawFile = z.strictObject({
  type: z.literal('draw'),
  version: z.literal(1),
  /** DRAW-PLAN; `trustees` grows until every seat is taken. */
  plan: signing(drawTerms.extend({ trustees: z.array(trusteeKey).max(15) })),
  /** In the plan's order. */
  dealings: z.array(signing(drawDealing)).max(15),
  dealt: signing(drawDealt).nullable(),
  pool: signing(drawPool).nullable(),
  /** POOL's leaves, ascending: without them nobody can draw again, and they say nothing of a name. */
  leaves: z.array(z.strictObject({ name: shortText, leaves: z.array(hash32).max(200_000) })).max(50),
  ready: signing(drawReady).nullable(),
  /** By seat. */
  shares: z.array(signing(drawShares)).max(15),
  /** In the plan's order of dealers. */
  reveals: z.array(signing(drawReveal)).max(15),
  result: signing(drawResult).nullable(),
  changes: z.array(signing(drawChange)).max(1000),
  /** Entries that were opened, ascending by leaf. */
  names: z.array(drawEntry).max(200_000),
  /** Of every signer, and of their issuers, in DER, ascending. */
  certificates: z.array(der).max(200),
});
export type DrawFile = z.infer<typeof drawFile>;

export const readDrawFile = (bytes: Uint8Array): DrawFile => parseRecord(drawFile, bytes, MAX_DRAW_BYTES);

/** @throws TrustError RECORD.TOO_LARGE | RECORD.SCHEMA for a file that nobody could read again */
export function writeDrawFile(file: DrawFile): Uint8Array {
  const bytes = canonicalBytes(sorted(file));
  readDrawFile(bytes);
  return bytes;
}

export const newDrawFile = (plan: DrawFile['plan']['record']): DrawFile => ({
  type: 'draw',
  version: 1,
  plan: { record: plan, signatures: [] },
  dealings: [],
  dealt: null,
  pool: null,
  leaves: [],
  ready: null,
  shares: [],
  reveals: [],
  result: null,
  changes: [],
  names: [],
  certificates: [],
});

const by =
  <T>(key: (item: T) => string | number) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
const bySigner = by((each: Signature) => each.signer);

const tidy = <S extends Signed<unknown>>(signed: S): S => ({
  ...signed,
  signatures: [...signed.signatures].sort(bySigner),
});
const tidyOrNull = <S extends Signed<unknown>>(signed: S | null): S | null => signed && tidy(signed);

/** The one order of everything in the file, so that the same content is the same bytes. */
function sorted(file: DrawFile): DrawFile {
  const { dealers } = file.plan.record;
  const place = ({ record }: { record: { dealer: string } }): number => dealers.indexOf(record.dealer);
  const trustees = [...file.plan.record.trustees].sort(by(({ i }) => i));
  const leaf = new Map(file.names.map((entry) => [entry, hashText('draw-entry', entry)]));
  return {
    ...file,
    plan: tidy({ ...file.plan, record: { ...file.plan.record, trustees } }),
    dealings: file.dealings.map(tidy).sort(by(place)),
    dealt: tidyOrNull(file.dealt),
    pool: tidyOrNull(file.pool),
    ready: tidyOrNull(file.ready),
    shares: file.shares.map(tidy).sort(by(({ record }) => record.i)),
    reveals: file.reveals.map(tidy).sort(by(place)),
    result: tidyOrNull(file.result),
    changes: file.changes.map(tidy).sort(by(({ record }) => record.sequence)),
    names: [...file.names].sort(by((entry) => leaf.get(entry) ?? '')),
    certificates: [...new Set(file.certificates)].sort(by((each) => each)),
  };
}

/** @throws TrustError DRAW.FILE unless the file is the bytes that {@link writeDrawFile} makes of it */
export function checkOrder(file: DrawFile): void {
  must(hashText('draw-file', file) === hashText('draw-file', sorted(file)), 'DRAW.FILE', { reason: 'order' });
}

/** What the log holds of a draw, in the order in which it must hold it. */
export const drawRecords = (file: DrawFile): { readonly type: string; readonly hash: string }[] =>
  [
    file.plan,
    ...file.dealings,
    file.dealt,
    file.pool,
    file.ready,
    ...file.shares,
    ...file.reveals,
    file.result,
    ...file.changes,
  ].flatMap((signed) =>
    signed ? [{ type: signed.record.type, hash: hashText(signed.record.type, signed.record) }] : [],
  );

const conflict: TrustCode = 'DRAW.FILE';

function mergeSigned<S extends Signed<unknown>>(type: string, a: S | null, b: S | null): S | null {
  if (!a || !b) return a ?? b;
  must(hashText(type, a.record) === hashText(type, b.record), conflict, { reason: 'two of a kind', type });
  const own = new Set(a.signatures.map(({ signer }) => signer));
  return { ...a, signatures: [...a.signatures, ...b.signatures.filter(({ signer }) => !own.has(signer))] };
}

/** Lists by key; what both have must be the same record. */
function mergeList<S extends Signed<unknown>>(
  type: string,
  a: readonly S[],
  b: readonly S[],
  key: (item: S) => string | number,
): S[] {
  const keys = [...new Set([...a, ...b].map(key))];
  const one = (list: readonly S[], wanted: string | number) =>
    list.find((item) => key(item) === wanted) ?? null;
  return keys.flatMap((wanted) => mergeSigned(type, one(a, wanted), one(b, wanted)) ?? []);
}

/**
 * Two copies of one draw that parties worked on at the same time, as one.
 * @throws TrustError DRAW.FILE where they contradict each other
 */
export function mergeDrawFiles(a: DrawFile, b: DrawFile): DrawFile {
  const seats = [...a.plan.record.trustees];
  for (const key of b.plan.record.trustees) {
    const own = seats.find(({ i }) => i === key.i);
    must(!own || own.y === key.y, conflict, { reason: 'two keys for one seat', i: key.i });
    if (!own) seats.push(key);
  }
  const trustees = seats.sort((p, q) => p.i - q.i);
  const [planA, planB] = [a, b].map(({ plan }) => ({ ...plan, record: { ...plan.record, trustees } }));
  const leaves = a.leaves.length > 0 ? a.leaves : b.leaves;
  const open = new Map([...a.names, ...b.names].map((entry) => [hashText('draw-entry', entry), entry]));
  const dealer = ({ record }: { record: { dealer: string } }): string => record.dealer;
  return {
    ...a,
    plan: mergeSigned('draw-plan', planA ?? null, planB ?? null) ?? a.plan,
    dealings: mergeList('draw-dealing', a.dealings, b.dealings, dealer),
    dealt: mergeSigned('draw-dealt', a.dealt, b.dealt),
    pool: mergeSigned('draw-pool', a.pool, b.pool),
    leaves,
    ready: mergeSigned('draw-ready', a.ready, b.ready),
    shares: mergeList('draw-shares', a.shares, b.shares, ({ record }) => record.i),
    reveals: mergeList('draw-reveal', a.reveals, b.reveals, dealer),
    result: mergeSigned('draw-result', a.result, b.result),
    changes: mergeList('draw-change', a.changes, b.changes, ({ record }) => record.sequence),
    names: [...open.values()],
    certificates: [...new Set([...a.certificates, ...b.certificates])],
  };
}
