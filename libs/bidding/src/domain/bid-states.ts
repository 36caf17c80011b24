import type { Machine } from '#kernel';

/**
 * What happens to one sealed bid before the deadline. `received`: its commitment arrived; `stored`: every byte is
 * durable, and that is the submission (20号令27), nothing comes after it. At the deadline the machine stands still:
 * what is not `stored` then counts as withdrawn (撤回), which is derived and never written.
 */
export const BID_STATES = ['received', 'stored', 'replaced', 'withdrawn'] as const;
export type BidState = (typeof BID_STATES)[number];

export const BID_EVENTS = ['put-part', 'complete', 'replace', 'withdraw'] as const;
export type BidEvent = (typeof BID_EVENTS)[number];

export const bidMachine = {
  received: { 'put-part': 'received', complete: 'stored', replace: 'replaced', withdraw: 'withdrawn' },
  stored: { replace: 'replaced', withdraw: 'withdrawn' },
  replaced: {},
  withdrawn: {},
} as const satisfies Machine<BidState, BidEvent>;
