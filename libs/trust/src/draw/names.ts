/** After the result: the salts of those who were drawn are published, and the leaves get names. */
import { hashText } from '../encoding/hash.ts';
import type { ChangeGround, DrawChange, DrawEntry, DrawPlan, DrawResult } from '../records/index.ts';
import type { StratumLeaves } from './pool.ts';
import { standingAfter } from './result.ts';
import { must } from './signers.ts';

/** Opened entries by leaf. */
export type OpenedNames = ReadonlyMap<string, DrawEntry>;

/**
 * Every entry is one of the pool's leaves, in its stratum, and no id stands twice in a stratum.
 * @throws TrustError DRAW.ENTRY | DRAW.DUPLICATE
 */
export function openNames(
  plan: string,
  strata: readonly StratumLeaves[],
  entries: readonly DrawEntry[],
): OpenedNames {
  const stratumOf = new Map(
    strata.flatMap(({ name, leaves }) => leaves.map((leaf) => [leaf, name] as const)),
  );
  const opened = new Map<string, DrawEntry>();
  const seen = new Set<string>();
  for (const entry of entries) {
    const leaf = hashText('draw-entry', entry);
    const { stratum, id } = entry;
    must(entry.plan === plan && stratumOf.get(leaf) === stratum, 'DRAW.ENTRY', { leaf }, 'organiser');
    const key = JSON.stringify([stratum, id]);
    must(!seen.has(key), 'DRAW.DUPLICATE', { stratum, id }, 'organiser');
    seen.add(key);
    opened.set(leaf, entry);
  }
  return opened;
}

/** Grounds that whoever reads the names can see by themselves. */
type PlainGround = Extract<ChangeGround, 'employer' | 'same-employer' | 'same-person'>;

/** Why this entry cannot stand beside the others; null where nothing in the names forbids it. */
function groundAgainst(
  { apart }: Pick<DrawPlan, 'apart'>,
  entry: DrawEntry,
  others: readonly DrawEntry[],
): PlainGround | null {
  const { id, employer } = entry;
  if (others.some((other) => other.id === id)) return 'same-person';
  if (employer === null) return null;
  if (apart.employers.includes(employer)) return 'employer';
  return apart.distinct && others.some((other) => other.employer === employer) ? 'same-employer' : null;
}

export interface Conflict {
  readonly leaf: string;
  readonly ground: PlainGround;
}

/** The first member who cannot stand beside those before it; those that are not opened are passed over. */
export function firstConflict(
  plan: Pick<DrawPlan, 'apart'>,
  members: readonly string[],
  opened: OpenedNames,
): Conflict | null {
  const before: DrawEntry[] = [];
  for (const leaf of members) {
    const entry = opened.get(leaf);
    if (!entry) continue;
    const ground = groundAgainst(plan, entry, before);
    if (ground) return { leaf, ground };
    before.push(entry);
  }
  return null;
}

const PLAIN: readonly string[] = ['employer', 'same-employer', 'same-person'] satisfies PlainGround[];

/**
 * Nobody stands whom the plan keeps apart, and nobody was sent away on a plain ground that is not there. Leaves that
 * are still sealed are passed over.
 * @throws TrustError DRAW.CONFLICT | DRAW.CHANGE
 */
export function checkApart(
  plan: Pick<DrawPlan, 'apart'>,
  result: DrawResult,
  changes: readonly DrawChange[],
  opened: OpenedNames,
): void {
  const standing = (count: number): string[] =>
    standingAfter(result, changes.slice(0, count)).strata.flatMap(({ members }) => members);
  changes.forEach(({ leaf, ground, sequence }, at) => {
    const entry = opened.get(leaf);
    if (!entry || !PLAIN.includes(ground)) return;
    const others = standing(at).flatMap((other) => (other === leaf ? [] : (opened.get(other) ?? [])));
    const facts = { sequence, ground };
    must(groundAgainst(plan, entry, others) === ground, 'DRAW.CHANGE', facts, 'organiser');
  });
  const conflict = firstConflict(plan, standing(changes.length), opened);
  must(conflict === null, 'DRAW.CONFLICT', { ...conflict }, 'organiser');
}

/** Leaves of everyone who was a member at some time: these are opened when the result may be known. */
export function everDrawn(result: DrawResult, changes: readonly DrawChange[]): string[] {
  const standing = standingAfter(result, changes).strata.flatMap(({ members }) => members);
  return [...new Set([...standing, ...changes.map(({ leaf }) => leaf)])];
}
