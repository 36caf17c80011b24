/**
 * `#persistence`: PostgreSQL. How a context uses it:
 *
 *   export const tenderingSchema: ContextSchema = { name: 'tendering', entities: [LotEntity], migrations: [...] };
 *     exported from the context's index.ts and listed in apps/platform/src/contexts.ts. An entity says
 *     `@Entity({ schema: 'tendering', name: 'lot' })`. A migration creates the schema, its tables, CHECKs and indexes and
 *     grants by hand: `GRANT USAGE ON SCHEMA tendering TO glasshall_app; GRANT SELECT, INSERT, UPDATE ON tendering.lot
 *     TO glasshall_app`; append-only tables: `SELECT glasshall.make_append_only('tendering.transition')` and no
 *     UPDATE or DELETE grant.
 *
 *   constructor(private readonly unitOfWork: UnitOfWork) {}           // abstract class = DI token, provided globally
 *   await this.unitOfWork.run(async (tx) => {
 *     const lot = unwrap(await this.lots.find(tx, id));               // RefusalError rolls back
 *     await tx.publish({ type: 'tendering.lot-published', key: lot.id, payload: { lotId: lot.id } });
 *   });
 *
 * Number ranges of migrations: glasshall 1700000000xxx, parties …1xx000, tendering …2xx000, bidding …3xx000,
 * opening …4xx000, evaluation …5xx000, award …6xx000, transparency …7xx000 (so parties starts at 1700000100001).
 */
export * from './context-schema.ts';
export * from './data-source.ts';
export * from './embedded/embedded-postgres.ts';
export * from './migrate.ts';
export * from './notifications.ts';
export * from './persistence.module.ts';
export * from './pooled-client.ts';
export * from './sqlstate.ts';
export * from './typeorm-unit-of-work.ts';
export * from './unit-of-work.ts';
export { StorageUnavailableError } from '#kernel';
