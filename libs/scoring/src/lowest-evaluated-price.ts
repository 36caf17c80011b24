/**
 * The lowest-evaluated-price method (经评审的最低投标价法, 七部委12号令 第二十九条): every bid that meets the
 * requirements is brought to one evaluated price by the deviations that the documents declare, and the lowest
 * is ranked first. Pure and exact (whole fen, rational factors), so that anyone can recompute it.
 */
import { formatYuan, cny, parseInstant, parseYuan } from '#kernel';
import type { EvaluationMethod, EvaluationReport, RejectionGround } from '#trust';
import { roundQuotient } from './rounding.ts';

/** Basis points in one whole. */
const WHOLE = 10_000n;
/** 条例53: not more than three candidates, ranked. */
const MOST_CANDIDATES = 3;

export interface BidForRanking {
  /** The commitment, base64url. */
  readonly c: string;
  /** Yuan with two decimals. */
  readonly price: string;
  readonly periodDays: number;
  /** `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
  readonly arrivedAt: string;
  /** What the committee decided, with one of the seven grounds of 条例51; null where it passed. */
  readonly rejected: { readonly ground: RejectionGround; readonly reason: string } | null;
}

export type Ranking = Pick<EvaluationReport, 'bids' | 'candidates' | 'result'>;

/** The grounds of 条例51 that the published method decides by itself. */
type GroundOfMethod = Extract<RejectionGround, '51-5' | '51-6'>;

/** The ground on which the published method itself rejects a bid (control price, longest period); null if none. */
export function rejectionByMethod(
  method: EvaluationMethod,
  bid: Pick<BidForRanking, 'price' | 'periodDays'>,
): GroundOfMethod | null {
  if (method.controlPrice !== null && fen(bid.price) > fen(method.controlPrice)) return '51-5';
  if (bid.periodDays > method.maxPeriodDays) return '51-6';
  return null;
}

/**
 * The evaluated price in yuan: price × (1 + late days × late share − early days × early share), never below 0,
 * rounded once as the method declares.
 */
export function evaluatedPrice(
  method: EvaluationMethod,
  bid: Pick<BidForRanking, 'price' | 'periodDays'>,
): string {
  const late = BigInt(Math.max(0, bid.periodDays - method.basePeriodDays));
  const early = BigInt(Math.max(0, method.basePeriodDays - bid.periodDays));
  const factor =
    WHOLE + late * BigInt(method.lateDayBasisPoints) - early * BigInt(method.earlyDayBasisPoints);
  const numerator = fen(bid.price) * (factor > 0n ? factor : 0n);
  return formatYuan(cny(roundQuotient(numerator, WHOLE, method.rounding)));
}

/**
 * Ranks all bids of one lot. The result lists the bids in order of arrival (then commitment), so that equal input
 * in any order gives the same record. A bid that the method itself rejects is rejected whatever the caller says.
 */
export function rankByLowestEvaluatedPrice(
  method: EvaluationMethod,
  bids: readonly BidForRanking[],
): Ranking {
  const judged = [...bids].sort(byArrival).map((bid) => {
    const ground = bid.rejected ? null : rejectionByMethod(method, bid);
    const rejected = ground ? { ground, reason: REASON[ground] } : bid.rejected;
    return { ...bid, rejected, evaluated: rejected ? null : evaluatedPrice(method, bid) };
  });
  const ranked = judged
    .filter((bid): bid is typeof bid & { evaluated: string } => bid.evaluated !== null)
    .sort(
      (a, b) =>
        compare(fen(a.evaluated), fen(b.evaluated)) || compare(fen(a.price), fen(b.price)) || byArrival(a, b),
    );
  const rank = new Map(ranked.map((bid, index) => [bid.c, index + 1]));
  return {
    bids: judged.map(({ evaluated, ...bid }) => ({
      ...bid,
      evaluatedPrice: evaluated,
      rank: rank.get(bid.c) ?? null,
    })),
    candidates: ranked.slice(0, MOST_CANDIDATES).map((bid) => bid.c),
    result: ranked.length > 0 ? 'ranked' : 'all-rejected',
  };
}

/** What the report says where the method, not a person, rejected. */
const REASON: Record<GroundOfMethod, string> = {
  '51-5': 'price above the published control price',
  '51-6': 'period longer than the documents allow',
};

function fen(yuan: string): bigint {
  const money = parseYuan(yuan);
  if (!money) throw new RangeError('not an amount in yuan with two decimals');
  return money.minor;
}

function byArrival(a: { arrivedAt: string; c: string }, b: { arrivedAt: string; c: string }): number {
  return compare(at(a.arrivedAt), at(b.arrivedAt)) || compare(a.c, b.c);
}

function at(text: string): number {
  const arrived = parseInstant(text);
  if (arrived === null) throw new RangeError('not an instant');
  return arrived;
}

const compare = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
