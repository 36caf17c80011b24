import * as rules from './rules.ts';
import type { RuleId, Ruleset } from './ruleset.ts';

/** Which function keeps which rule; a rule without one does not compile. */
const KEEPER: { readonly [Id in RuleId]: (...args: never[]) => unknown } = {
  'document-access': rules.documentAccess,
  'bid-preparation': rules.bidPreparation,
  'change-before-deadline': rules.changeBeforeDeadline,
  'publicity-start': rules.publicityStart,
  'publicity-length': rules.publicityLength,
  'enough-bidders': rules.enoughBidders,
  'candidate-limit': rules.candidateLimit,
  'close-margin': rules.closeMarginEnd,
  'find-yourself': rules.findYourselfWindow,
  'witness-wait': rules.witnessWaitEnd,
};

export interface RuleTableRow {
  readonly article: string;
  readonly rule: string;
  readonly value: string;
  /** Name of the function in rules.ts; rules.spec.ts has a `describe` of the same name. */
  readonly keeper: string;
  readonly blocks: string;
}

const SIGN = {
  'at-least': '≥ ',
  'at-most': '≤ ',
  wait: '',
  'minimum-count': '≥ ',
  'maximum-count': '≤ ',
} as const;

/** The edition as rows of the table in docs/ARCHITECTURE.md, in the order of the edition. */
export const ruleTable = (ruleset: Ruleset): readonly RuleTableRow[] =>
  Object.values(ruleset.rules).map((rule) => ({
    article: rule.article,
    rule: rule.id,
    value: `${SIGN[rule.kind]}${String(rule.value)} ${rule.unit}${rule.value === 1 ? '' : 's'}`,
    keeper: KEEPER[rule.id].name,
    blocks: rule.blocks,
  }));
