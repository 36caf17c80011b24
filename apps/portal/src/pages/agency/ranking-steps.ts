import { evaluatedPrice } from '#scoring';
import type { EvaluationMethod } from '#trust';

/** Every step from a price to its evaluated price, as exact text; the last one is the published function's own. */
export interface RankingSteps {
  readonly price: string;
  readonly lateDays: number;
  readonly earlyDays: number;
  /** `1.0100`: one and the declared share of each day. */
  readonly factor: string;
  /** Before rounding, to the last digit: six decimals. */
  readonly exact: string;
  readonly evaluated: string;
}

const fixed = (value: bigint, decimals: number): string => {
  const digits = value.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};

export function rankingSteps(
  method: EvaluationMethod,
  bid: { readonly price: string; readonly periodDays: number },
): RankingSteps {
  const lateDays = Math.max(0, bid.periodDays - method.basePeriodDays);
  const earlyDays = Math.max(0, method.basePeriodDays - bid.periodDays);
  const share =
    10_000n + BigInt(lateDays * method.lateDayBasisPoints) - BigInt(earlyDays * method.earlyDayBasisPoints);
  const factor = share > 0n ? share : 0n;
  const fen = BigInt(bid.price.replace('.', ''));
  return {
    price: bid.price,
    lateDays,
    earlyDays,
    factor: fixed(factor, 4),
    exact: fixed(fen * factor, 6),
    evaluated: evaluatedPrice(method, bid),
  };
}
