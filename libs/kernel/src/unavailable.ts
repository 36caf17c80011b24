/**
 * Something the platform stands on (database, object store, disk) does not answer or has no room. Nothing was done
 * by halves; the same request may be sent again. HTTP answers it with 503 and Retry-After.
 */
export class StorageUnavailableError extends Error {
  constructor(
    readonly part: 'database' | 'objects' | 'disk',
    /** What the operator reads in the log (an SQLSTATE, an errno): never a secret, never shown to a client. */
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`${part} unavailable: ${reason}`, options);
    this.name = 'StorageUnavailableError';
  }
}
