import type { Result } from '../api/award.ts';
import type { Opening } from '../api/opening.ts';
import type { Lot } from '../api/tendering.ts';

export const STEPS = [
  'publish',
  'seats',
  'bids',
  'opening',
  'record',
  'candidates',
  'award',
  'check',
] as const;
export type Step = (typeof STEPS)[number];

/** What is to be done now, by what the platform says of the lot; `failed`: too few bid, it ends here. */
export function stepOf(lot: Lot | null, opening: Opening | null, result: Result | null): Step | 'failed' {
  if (!lot) return 'publish';
  if (lot.state !== 'keyed') return lot.stage === 'cancelled' || lot.stage === 'closed' ? 'failed' : 'seats';
  if (!opening || opening.state === 'waiting') return lot.stage === 'closed' ? 'opening' : 'bids';
  if (opening.state === 'failed') return 'failed';
  if (opening.state === 'opened') return 'record';
  if (opening.state !== 'recorded') return 'opening';
  if (!result) return 'candidates';
  return result.award ? 'check' : 'award';
}
