import type { BiddingRefusal } from '../domain/refusals.ts';
import type { HandedOut } from './arrival-store.ts';

/** What came of judging an arrival. `accepted` is committed already; `refused` is not written yet. */
export type Verdict =
  | { readonly outcome: 'accepted' }
  /** Another process decided meanwhile. */
  | { readonly outcome: 'decided-elsewhere' }
  | {
      readonly outcome: 'refused';
      readonly refusal: BiddingRefusal;
      /** The bytes are evidence of why; junk is not kept. */
      readonly keepRaw: boolean;
      readonly handedOut: HandedOut | null;
    };

export const accepted: Verdict = { outcome: 'accepted' };
export const decidedElsewhere: Verdict = { outcome: 'decided-elsewhere' };

export const refused = (
  refusal: BiddingRefusal,
  kept: { keepRaw?: boolean; handedOut?: HandedOut } = {},
): Verdict => ({
  outcome: 'refused',
  refusal,
  keepRaw: kept.keepRaw ?? false,
  handedOut: kept.handedOut ?? null,
});

/** Leaves the transaction when the compare-and-swap of an arrival found it decided. */
export class DecidedElsewhereError extends Error {}
