import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { HOUR } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { tenderError } from '../domain/refusals.ts';

const AN_HOUR = 5;
const ON_A_LOT = 20;
/** Beyond so many askers the longest known are forgotten: memory stays bounded. */
const MAX_KEYS = 50_000;

/**
 * How often one organisation may ask. Kept in this process's memory alone and under a key that dies with it: a stored
 * count would be a list of who asks (法22). A restart forgets, several web processes count for themselves; a lot's own
 * limit of questions holds whatever happens here.
 */
@Injectable()
export class QuestionLimit {
  private readonly key = randomBytes(32);
  private readonly asked = new Map<string, { hour: number; inHour: number; onLot: number }>();

  /** @throws RefusalError TENDERING.QUESTIONS_TOO_MANY */
  take(organisation: string, lotId: LotId, now: Instant): void {
    const id = createHmac('sha256', this.key).update(`${organisation}\0${lotId}`).digest('base64url');
    const hour = Math.floor(now / HOUR);
    const known = this.asked.get(id) ?? { hour, inHour: 0, onLot: 0 };
    const next = {
      hour,
      inHour: (known.hour === hour ? known.inHour : 0) + 1,
      onLot: known.onLot + 1,
    };
    if (next.inHour > AN_HOUR || next.onLot > ON_A_LOT)
      throw tenderError('TENDERING.QUESTIONS_TOO_MANY', { anHour: AN_HOUR, onOneLot: ON_A_LOT });
    this.asked.delete(id);
    this.asked.set(id, next);
    const [oldest] = this.asked.keys();
    if (this.asked.size > MAX_KEYS && oldest !== undefined) this.asked.delete(oldest);
  }
}
