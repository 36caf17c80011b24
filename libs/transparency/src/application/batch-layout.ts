import { randomInt } from 'node:crypto';

/** One tick's leaves: `size` in all; `places`, ascending and below `size`, are taken by records, the others by dummies. */
export interface Batch {
  readonly size: number;
  readonly places: readonly number[];
}

/** What a tick appends, of so many records that wait. */
export type BatchLayout = (waiting: number) => Batch;

/** Always `size` leaves, whatever waits; where more than that waits, the rest finds its place on a later tick. */
export const fixedBatch =
  (size: number): BatchLayout =>
  (waiting) => ({ size, places: randomPlaces(Math.min(waiting, size), size) });

/** Before the first seed is committed to nothing can be hidden: only what waits. */
export const unseededBatch: BatchLayout = (waiting) => ({
  size: waiting,
  places: Array.from({ length: waiting }, (_, place) => place),
});

/** `count` of the numbers below `size`, ascending, every choice as likely as any other (Fisher-Yates, cut short). */
function randomPlaces(count: number, size: number): number[] {
  const places = Array.from({ length: size }, (_, place) => place);
  for (let at = 0; at < count; at++) {
    const other = randomInt(at, size);
    [places[at], places[other]] = [places[other] as number, places[at] as number];
  }
  return places.slice(0, count).sort((a, b) => a - b);
}
