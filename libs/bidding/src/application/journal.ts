import { Injectable } from '@nestjs/common';
import { Clock, formatInstant } from '#kernel';
import { canonicalBytes, eciesSeal, suiteIdOf, suiteOf, systemRandom } from '#trust';
import type { JournalEntry, JournalKey, Point } from '#trust';
import { JOURNAL_INFO } from '../domain/journal.ts';

/** Who sends something to the intake, as far as the session and the connection say. */
export interface Sender {
  readonly account: string;
  /** Credit code. */
  readonly organisation: string;
  /** Network address (20号令49). */
  readonly address: string;
}

/** Seals who sent what to the trustees of the lot: nobody reads it before CLOSE, the platform included. */
@Injectable()
export class Journal {
  private readonly keys = new Map<string, Point>();

  constructor(private readonly clock: Clock) {}

  /** `at` is this machine's clock: the entry is sealed before the statement whose clock is the arrival. */
  async seal(key: JournalKey, sender: Sender, subject: string): Promise<Uint8Array> {
    const entry: JournalEntry = {
      type: 'journal-entry',
      account: sender.account.slice(0, 100),
      organisation: sender.organisation,
      address: sender.address.slice(0, 60),
      at: formatInstant(this.clock.now()),
      subject,
    };
    return eciesSeal(this.pointOf(key), JOURNAL_INFO, canonicalBytes(entry), systemRandom);
  }

  private pointOf(journal: JournalKey): Point {
    const { key } = journal;
    const known = this.keys.get(key);
    if (known) return known;
    // A table for repeated multiplication is worth its making: every arrival of the lot uses it.
    const point = suiteOf(suiteIdOf(journal)).group.decodePoint(key).precompute(8);
    if (this.keys.size >= 100) this.keys.clear();
    this.keys.set(key, point);
    return point;
  }
}
