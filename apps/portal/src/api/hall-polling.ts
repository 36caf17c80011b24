/** The feed asked for again and again, `times` times; then a stream is tried again. */
export interface Polling {
  readonly everyMs: number;
  readonly times: number;
}

const FAILURES_BEFORE_POLLING = 3;
const NO_STREAM: Polling = { everyMs: 3_000, times: 20 };
/** People of one venue share an address: they must not use up its requests (`RATE_LIMIT_PER_ADDRESS`). */
const FULL: Polling = { everyMs: 15_000, times: 4 };

/** Instead of a stream; null: that is tried again first. `status`: of the refusal, null where there was none. */
export function pollingAfter(status: number | null, failures: number): Polling | null {
  if (status === 429) return FULL;
  return failures >= FAILURES_BEFORE_POLLING ? NO_STREAM : null;
}
