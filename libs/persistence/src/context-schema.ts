import type { EntitySchema, MigrationInterface } from 'typeorm';

/** What one bounded context keeps in PostgreSQL: its schema's name, its storage records and its migrations. */
export interface ContextSchema {
  /** PostgreSQL schema and context name, for example `tendering`. */
  readonly name: string;
  readonly entities: readonly (EntitySchema | (new () => object))[];
  /** In order; class names end in a 13-digit number, unique over the whole platform (`CreateLots1700000200001`). */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Names of the context's background jobs (`tendering.render-notice`); created by the migration runner. */
  readonly jobs?: readonly string[];
}
