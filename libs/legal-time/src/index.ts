/** `#legal-time`: periods, deadline arithmetic and dated rulesets. Pure. */
export * from './acceleration.ts';
export * from './deadline.ts';
export * from './period.ts';
export * from './rule-table.ts';
export * from './rules.ts';
export * from './ruleset.ts';
export * from './rulesets.ts';
