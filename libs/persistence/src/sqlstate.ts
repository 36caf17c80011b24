import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { StorageUnavailableError } from '#kernel';

/** A unique constraint refused a row. `constraint` is the name given in the migration. */
export class UniqueViolationError extends Error {
  constructor(
    readonly constraint: string,
    readonly table: string,
    options?: { cause?: unknown },
  ) {
    super(`unique constraint ${constraint} on ${table}`, options);
    this.name = 'UniqueViolationError';
  }
}

/** The database takes no such value (class 22: out of range, not a UUID, a NUL in a text): the client's fault. */
export class DataRefusedError extends Error {
  constructor(
    readonly sqlState: string,
    options?: { cause?: unknown },
  ) {
    super(`value refused: ${sqlState}`, options);
    this.name = 'DataRefusedError';
  }
}

interface PostgresFault {
  readonly code: string;
  readonly constraint: string;
  readonly table: string;
  readonly message: string;
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Texts of `pg` and `pg-pool` for faults that carry no code at all (their only mark, pinned by a test). */
const WITHOUT_CODE =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Connection ended unexpectedly|Client was closed|Query read timeout|Cannot use a pool after calling end)/;

/** PostgreSQL's classes and codes that mean "not now" rather than "wrong" (PostgreSQL manual, appendix A). */
const unavailable = (code: string): boolean =>
  code.startsWith('08') ||
  code.startsWith('53') ||
  code.startsWith('57P') ||
  code.startsWith('58') ||
  NETWORK.has(code);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The innermost error that looks like one of `pg`'s: TypeORM wraps it as `driverError`, AggregateError as `errors`. */
function faultOf(error: unknown): PostgresFault | null {
  if (typeof error !== 'object' || error === null) return null;
  const e = error as Record<string, unknown>;
  if (e['driverError']) return faultOf(e['driverError']);
  if (Array.isArray(e['errors']) && e['errors'].length > 0) return faultOf(e['errors'][0]);
  const wrapped = { code: text(e['code']), constraint: text(e['constraint']), table: text(e['table']) };
  return { ...wrapped, message: text(e['message']) };
}

/** True for errors after which the same transaction may succeed when run again from its start. */
export function isRetryable(error: unknown): boolean {
  const code = faultOf(error)?.code;
  return code === '40001' || code === '40P01';
}

/** TypeORM hangs every bound value on its error, and errors are logged: what was bound is nobody's business. */
function forgetParameters(error: unknown): void {
  if (typeof error === 'object' && error !== null && 'parameters' in error) error.parameters = undefined;
}

/** Turns a driver's error into one of ours; anything that is no driver error is returned as it is. */
export function mapDatabaseError(error: unknown): unknown {
  forgetParameters(error);
  const fault = faultOf(error);
  if (!fault) return error;
  // TypeORM takes a connection back at once when it breaks; the statements that follow in the transaction find that.
  if (error instanceof QueryRunnerAlreadyReleasedError)
    return new StorageUnavailableError('database', 'connection lost', { cause: error });
  if (fault.code === '23505')
    return new UniqueViolationError(fault.constraint, fault.table, { cause: error });
  if (/^22[0-9A-Z]{3}$/.test(fault.code)) return new DataRefusedError(fault.code, { cause: error });
  if (unavailable(fault.code)) return new StorageUnavailableError('database', fault.code, { cause: error });
  if (fault.code === '57014' || fault.code === '55P03')
    return new StorageUnavailableError('database', `${fault.code} timeout`, { cause: error });
  if (fault.code === '' && WITHOUT_CODE.test(fault.message))
    return new StorageUnavailableError('database', 'connection lost', { cause: error });
  return error;
}
