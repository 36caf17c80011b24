import { DAY } from '#kernel';
import type { TransparencySettings } from '#transparency';

/** A log as a development has it: made-up keys, no witnesses. */
export const PLAIN_LOG: TransparencySettings = {
  logTickMs: 100,
  logBatch: 8,
  logDayMs: DAY,
  logOrigin: null,
  logKeyFile: null,
  receipt: null,
  platform: null,
  timestamp: null,
  witnesses: [],
  quorum: 0,
  smReceipt: null,
  smPlatform: null,
};
