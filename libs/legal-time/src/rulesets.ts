import type { Ruleset } from './ruleset.ts';
import { TENDERING_2019_03 } from './tendering-2019-03.ts';

const EDITIONS: readonly Ruleset[] = [TENDERING_2019_03];

/** The edition that new tenders are published under. */
export const CURRENT_TENDERING_RULESET: Ruleset = TENDERING_2019_03;

/** Null for an edition that this program does not know. */
export const rulesetOf = (edition: string): Ruleset | null =>
  EDITIONS.find((known) => known.edition === edition) ?? null;
