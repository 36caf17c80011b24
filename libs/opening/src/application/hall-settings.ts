/** Bounds of the live hall in one process. */
export abstract class HallSettings {
  /** Viewers at once, of all lots together. */
  abstract readonly viewers: number;
  /** Viewers at once from one client address (an IPv6 /64 counts as one). */
  abstract readonly viewersPerAddress: number;
  /** Between two signs of life; what a lost NOTIFY told is found by then. */
  abstract readonly heartbeatMs: number;
  /** A viewer that takes nothing for this long is dropped; it comes back by the id that it has. */
  abstract readonly slowMs: number;
}
