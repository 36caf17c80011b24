import { SECOND } from '#kernel';

/** Two clocks may differ by so much before a difference is held against anyone. */
export const CLOCK_TOLERANCE_MS = 2 * SECOND;
