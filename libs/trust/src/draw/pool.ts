/**
 * POOL: whoever may be drawn, each as the salted leaf H("draw-entry", entry), before the public value exists. The order
 * is that of the leaves, and the root fixes it: choosing salts moves names about in an order that nobody has drawn yet.
 */
import { b64u } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { hashText } from '../encoding/hash.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { leafHash, merkleRoot } from '../log/merkle.ts';
import type { DrawDealt, DrawEntry, DrawPool, Signed, StrikeGround } from '../records/index.ts';
import type { CheckedPlan } from './plan.ts';
import { instantOf, must, signedByOrganisations } from './signers.ts';

/** One person or firm, as the organiser's library has it. */
export interface PoolRow {
  readonly stratum: string;
  /** Unique within its stratum; who stands in two strata has one id in both. */
  readonly id: string;
  readonly name: string;
  readonly employer: string | null;
  /** Recused already: in the tree, never drawn. */
  readonly struck?: StrikeGround;
}

/** The leaves of one stratum, base64url, ascending as text. */
export interface StratumLeaves {
  readonly name: string;
  readonly leaves: readonly string[];
}

export interface BuiltPool {
  readonly record: DrawPool;
  readonly strata: readonly StratumLeaves[];
  /** Secret until the result: the entries with their salts. */
  readonly entries: readonly DrawEntry[];
}

const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const rootOf = (leaves: readonly string[]): string =>
  b64u.encode(merkleRoot(leaves.map((leaf) => leafHash(b64u.decode(leaf)))));

/**
 * @throws TrustError DRAW.POOL for a stratum that the plan has not or one too small | DRAW.DUPLICATE for an id twice
 */
export function buildPool(
  { plan, hash }: CheckedPlan,
  dealt: DrawDealt,
  rows: readonly PoolRow[],
  madeAt: string,
  random: Random,
): BuiltPool {
  const names = new Set(plan.strata.map(({ name }) => name));
  const seen = new Set<string>();
  const made = rows.map(({ struck, ...row }) => {
    must(names.has(row.stratum), 'DRAW.POOL', { stratum: row.stratum });
    const key = JSON.stringify([row.stratum, row.id]);
    must(!seen.has(key), 'DRAW.DUPLICATE', { stratum: row.stratum, id: row.id });
    seen.add(key);
    const salt = b64u.encode(random(32));
    const entry: DrawEntry = { type: 'draw-entry', plan: hash, ...row, salt };
    return { entry, leaf: hashText('draw-entry', entry), struck };
  });
  const strata = plan.strata.map(({ name }) => ({
    name,
    leaves: made
      .filter(({ entry }) => entry.stratum === name)
      .map(({ leaf }) => leaf)
      .sort(ascending),
  }));
  const record: DrawPool = {
    type: 'draw-pool',
    plan: hash,
    dealt: hashText('draw-dealt', dealt),
    strata: strata.map(({ name, leaves }) => ({ name, size: leaves.length, root: rootOf(leaves) })),
    struck: made
      .flatMap(({ leaf, struck }) => (struck === undefined ? [] : [{ leaf, ground: struck }]))
      .sort((a, b) => ascending(a.leaf, b.leaf)),
    madeAt,
  };
  eligibleOf(plan, record, strata);
  return { record, strata, entries: made.map(({ entry }) => entry) };
}

/**
 * Those who can be drawn, by stratum: every leaf that is not struck, in order.
 * @throws TrustError DRAW.POOL where they are fewer than the plan's members
 */
export function eligibleOf(
  plan: CheckedPlan['plan'],
  pool: DrawPool,
  strata: readonly StratumLeaves[],
): readonly (readonly string[])[] {
  const struck = new Set(pool.struck.map(({ leaf }) => leaf));
  return plan.strata.map(({ name, members }, at) => {
    const eligible = (strata[at]?.leaves ?? []).filter((leaf) => !struck.has(leaf));
    must(eligible.length >= members, 'DRAW.POOL', { stratum: name, eligible: eligible.length, members });
    return eligible;
  });
}

/**
 * POOL is this plan's, over this closed list, and over exactly these leaves; organiser and regulator signed it.
 * @throws TrustError DRAW.POOL | DRAW.EARLY | DRAW.SIGNERS | SIGNATURE.*
 */
export function checkPool(
  checked: CheckedPlan,
  dealt: DrawDealt,
  signed: Signed<DrawPool>,
  strata: readonly StratumLeaves[],
  certificates: CertificateLookup,
): void {
  const { organiser, regulator } = checked.plan;
  const both = [organiser.creditCode, regulator.creditCode];
  signedByOrganisations(signed, certificates, both, 'organiser');
  checkUnsignedPool(checked, dealt, signed.record, strata);
}

/** {@link checkPool} without the signatures: what the regulator checks before it signs. */
export function checkUnsignedPool(
  { plan, hash }: CheckedPlan,
  dealt: DrawDealt,
  pool: DrawPool,
  strata: readonly StratumLeaves[],
): void {
  const bad = (facts: Record<string, string | number>, holds: boolean): void => {
    must(holds, 'DRAW.POOL', facts, 'organiser');
  };
  bad({ reason: 'plan' }, pool.plan === hash && pool.dealt === hashText('draw-dealt', dealt));
  const shape = [pool.strata, strata].every(
    (list) =>
      list.length === plan.strata.length && list.every(({ name }, at) => name === plan.strata[at]?.name),
  );
  bad({ reason: 'strata' }, shape);
  const isOrdered = (list: readonly string[]): boolean =>
    list.every((leaf, at) => at === 0 || (list[at - 1] as string) < leaf);
  pool.strata.forEach(({ name, size, root }, at) => {
    const leaves = strata[at]?.leaves ?? [];
    bad({ reason: 'order', stratum: name }, isOrdered(leaves));
    bad({ reason: 'leaves', stratum: name }, leaves.length === size && rootOf(leaves) === root);
  });
  const struck = pool.struck.map(({ leaf }) => leaf);
  const known = new Set(strata.flatMap(({ leaves }) => leaves));
  bad({ reason: 'struck' }, isOrdered(struck) && struck.every((leaf) => known.has(leaf)));
  eligibleOf(plan, pool, strata);
  const { madeAt } = pool;
  const early = instantOf(madeAt) >= instantOf(dealt.closedAt);
  must(early, 'DRAW.EARLY', { madeAt, reason: 'before the list was closed' }, 'organiser');
  const { source } = plan;
  const before = source.kind !== 'declared' || instantOf(madeAt) < instantOf(source.at);
  must(before, 'DRAW.EARLY', { madeAt, reason: 'after the public value' }, 'organiser');
}
