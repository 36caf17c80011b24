/**
 * A tender's published time acceleration (demonstrations and tests): legal periods are divided by `periods`,
 * protocol waits by `waits`. The shape is that of `acceleration` in libs/trust/src/records/.
 */
export interface TimeScale {
  readonly periods: number;
  readonly waits: number;
}

/** Production: a day is a day. Anything else is refused unless the configuration allows demonstration mode. */
export const REAL_TIME: TimeScale = { periods: 1, waits: 1 };

export const isRealTime = (scale: TimeScale): boolean => scale.periods === 1 && scale.waits === 1;
