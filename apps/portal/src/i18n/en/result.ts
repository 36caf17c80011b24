import type { result as chinese } from '../zh-cn/result.ts';
import type { Same } from '../same.ts';

/** Evaluation and award. */
export const result: Same<typeof chinese> = {
  result: {
    none: 'No result published yet',
    noneNext:
      'The evaluation report is published together with the candidates; the award follows when their period is over.',
    ranking: 'Ranking',
    rankingCaption: 'By evaluated price, lowest first',
    rank: 'Rank',
    evaluated: 'Evaluated price (CNY)',
    rejected: 'Rejected',
    ground: 'Regulation article 51({{n}})',
    candidates: 'Candidates',
    period: 'Publicity period',
    running: 'Under way',
    over: 'Over',
    award: 'Award',
    price: 'Award price (CNY)',
    awardedAt: 'Awarded',
    allRejected: 'All bids were rejected',
    allRejectedText: 'By article 42 of the Bidding Law the tenderee must invite tenders again.',
    reportedAt: 'Reported',
    recompute:
      'Anyone can compute the ranking again from what is published; check V20 of the verification does just that.',
    awaiting: 'The award follows when the period is over and no objection is open.',
  },
};
