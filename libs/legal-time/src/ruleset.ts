/** What a rule limits: a span that lasts at least / at most so long, a wait of exactly so long, or a number. */
export type RuleKind = 'at-least' | 'at-most' | 'wait' | 'minimum-count' | 'maximum-count';
export type RuleUnit = 'day' | 'minute' | 'second' | 'bidder' | 'candidate';

/**
 * How days are counted. `elapsed`: n times 24 hours from the instant. `first-day-excluded`: the day of the event
 * does not count and the last day ends at midnight in China Standard Time (87号令85; 民法典201).
 */
export type DayCounting = 'elapsed' | 'first-day-excluded';

export interface Rule {
  readonly id: string;
  /** The article that it enforces, or the section of docs/PROTOCOL.md for a protocol wait. */
  readonly article: string;
  readonly kind: RuleKind;
  readonly value: number;
  readonly unit: RuleUnit;
  /** Only for days. */
  readonly counting?: DayCounting;
  /** The step that a breach blocks. */
  readonly blocks: string;
}

/** The closed list of rules that every edition must state. */
export type RuleId =
  | 'document-access'
  | 'bid-preparation'
  | 'change-before-deadline'
  | 'publicity-start'
  | 'publicity-length'
  | 'enough-bidders'
  | 'candidate-limit'
  | 'close-margin'
  | 'find-yourself'
  | 'witness-wait';

/** Laws are amended: an edition never changes, and a tender keeps the one that it was published under. */
export interface Ruleset {
  readonly edition: string;
  readonly title: string;
  readonly rules: { readonly [Id in RuleId]: Rule & { readonly id: Id } };
}
