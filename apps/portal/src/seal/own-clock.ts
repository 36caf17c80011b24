import { SystemClock } from '#kernel';
import type { Instant } from '#kernel';

const MOST_APART_MS = 10 * 60_000;
const clock = new SystemClock();

/**
 * The machine's own time. Certificates and revocation lists are judged by it: a platform that chose the moment could
 * show lists of the past, in which nothing was revoked yet.
 */
export const ownNow = (): Instant => clock.now();

/** One of the two is wrong, and which one cannot be told here: then nothing is judged, and nothing sealed. */
export const clocksApart = (serverNow: number | null, own: number = ownNow()): boolean =>
  serverNow !== null && Math.abs(serverNow - own) > MOST_APART_MS;
