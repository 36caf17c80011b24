import { b64u, hashRecord, hmacSha256, seedCommitment, utf8 } from '#trust';
import type { DaySeed, Hash } from '#trust';

/** A seed that nobody was shown yet, and the record that commits to it. */
export interface SecretSeed {
  readonly number: number;
  readonly record: DaySeed;
  /** H('day-seed', record). */
  readonly hash: Hash;
}

/** Every day's seed follows from one secret of the platform, kept beside the log's key: no row and no backup of rows has it. */
export class DaySeeds {
  /** Both `origin` and the 32 bytes of `secret` stay the same as long as the log lives. */
  constructor(
    private readonly origin: string,
    private readonly secret: Uint8Array,
  ) {}

  /** 32 bytes. */
  seed(number: number): Uint8Array {
    return hmacSha256(this.secret, utf8.encode(`glasshall/1/day-seed/${this.origin}\0${number}`));
  }

  commitment(number: number): SecretSeed {
    const commitment = b64u.encode(seedCommitment(this.seed(number)));
    const record: DaySeed = { type: 'day-seed', origin: this.origin, number, commitment };
    return { number, record, hash: hashRecord('day-seed', record) };
  }
}
