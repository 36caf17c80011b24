import { addMs, DAY } from '#kernel';
import type { Instant } from '#kernel';
import type { Acceleration } from '#trust';

/** 采购法42: files of a tender are kept for at least 15 years from its end; counted here from the deadline. */
const RETENTION_MS = 15 * 366 * DAY;

/** Until when ciphertext of a bid is kept. A demonstration's periods are short, and so is its retention. */
export const retainBidUntil = (deadline: Instant, { periods }: Acceleration): Instant =>
  addMs(deadline, Math.ceil(RETENTION_MS / periods));
