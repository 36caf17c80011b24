export * from './records.ts';
export * from './encoding/index.ts';
export * from './group/index.ts';
export * from './threshold/index.ts';
export * from './log/index.ts';
export { eciesOpen, eciesSeal } from './ecies/ecies.ts';
export * from './evidence/standing.ts';
export * from './pki/index.ts';
export * from './timestamp/index.ts';
