/**
 * `#opening`: CLOSE, the find-yourself window, the quorum's shares, identities, contents, the opening record
 * (PROTOCOL section 7). Evaluation asks {@link Opening}.
 */
export * from './opening.facade.ts';
export { OPENING_STATES } from './domain/opening-states.ts';
export type { OpeningState } from './domain/opening-states.ts';
/** The worker's part, for tests and benchmarks that run it by hand. */
export { OpenLots } from './application/open-lot.ts';
/** Given by the platform's configuration. */
export { HallSettings } from './application/hall-settings.ts';
export { openingSchema } from './opening.schema.ts';
export { OpeningModule } from './opening.module.ts';
