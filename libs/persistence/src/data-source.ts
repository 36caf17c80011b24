import { DataSource } from 'typeorm';
import type { ContextSchema } from './context-schema.ts';
import { PooledClient } from './pooled-client.ts';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly schemas: readonly ContextSchema[];
  /** Connections of this process; PostgreSQL's max_connections must hold those of all processes. */
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
  /** Idle connections that break (a database restart) are told here; the pool replaces them by itself. */
  readonly onConnectionLost?: (error: unknown) => void;
}

/**
 * The application's DataSource, not yet initialised. Every wait has an end: for a connection 5 s, for a lock 10 s, for
 * a statement 30 s, so that a stuck database becomes a 503 and never a hanging request.
 */
export function createDataSource(options: DatabaseOptions): DataSource {
  const timeoutMs = options.statementTimeoutMs ?? 30_000;
  return new DataSource({
    type: 'postgres',
    url: options.url,
    poolSize: options.poolSize ?? 20,
    connectTimeoutMS: 5_000,
    applicationName: options.applicationName ?? 'glasshall',
    entities: options.schemas.flatMap((schema) => [...schema.entities]),
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: options.onConnectionLost ?? (() => undefined),
    extra: {
      Client: PooledClient,
      keepAlive: true,
      idleTimeoutMillis: 30_000,
      statement_timeout: timeoutMs,
      lock_timeout: Math.min(10_000, timeoutMs),
      idle_in_transaction_session_timeout: 60_000,
      // The server's own timeouts come first; this one is for a network that swallows packets.
      query_timeout: timeoutMs + 5_000,
    },
  });
}
