/** What the intake takes from one account and in one bid. A tender never needs more; a flood does. */
export class IntakeLimits {
  /** Commitments an account may have judged in one hour. */
  readonly commitsPerHour: number = 120;
  readonly movesPerHour: number = 240;
  /** Ciphertext of one bid, all envelopes together. */
  readonly maxBidBytes: number = 16 * 2 ** 30;
  /** COMMIT and moves; records are at most 64 KiB anywhere (PROTOCOL section 3). */
  readonly maxRecordBytes: number = 64 * 1024;

  constructor(changed: Partial<IntakeLimits> = {}) {
    Object.assign(this, changed);
  }
}
