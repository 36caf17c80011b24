import type { Progress } from '../api/award.ts';
import type { Stage } from '../api/tendering.ts';

export type ShownStage =
  Stage | 'opening' | 'failed' | 'recorded' | 'publicised' | 'awarded' | 'all-rejected';

/** One word for where a lot is, from tendering, opening and award together. */
export function shownStage(
  stage: Stage,
  progress: Pick<Progress, 'opening' | 'award'> | undefined,
): ShownStage {
  if (stage !== 'closed' || !progress) return stage;
  if (progress.award === 'awarded' || progress.award === 'publicised') return progress.award;
  if (progress.award === 'failed') return 'all-rejected';
  if (progress.opening === 'recorded' || progress.opening === 'failed') return progress.opening;
  return progress.opening === null || progress.opening === 'waiting' ? 'closed' : 'opening';
}

/** A page that was read before the deadline does not say that bids are taken after it; the platform may not have told yet. */
export const stageAt = (
  { stage, deadline }: { readonly stage: Stage; readonly deadline: string },
  now: number | null,
): Stage => (stage === 'bidding' && now !== null && now >= Date.parse(deadline) ? 'closed' : stage);
