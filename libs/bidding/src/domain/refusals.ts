import type { z } from 'zod';
import type { Refusal } from '#kernel';
import type { refusalReason } from '#trust';

/** Why an arrival is in the log of refusals and in CLOSE. */
export type RefusalReason = z.infer<typeof refusalReason>;

export type BiddingRefusalCode =
  /** No such published lot, or no such bid for this token: outsiders cannot tell which. */
  | 'BIDDING.LOT_UNKNOWN'
  | 'BIDDING.BID_UNKNOWN'
  | 'BIDDING.NOT_OPEN'
  | 'BIDDING.STILL_OPEN'
  | 'BIDDING.LATE'
  | 'BIDDING.MEDIA_TYPE'
  | 'BIDDING.TOO_LARGE'
  | 'BIDDING.EMPTY'
  | 'BIDDING.MALFORMED'
  | 'BIDDING.WRONG_LOT'
  | 'BIDDING.WRONG_SUITE'
  | 'BIDDING.WRONG_STRUCTURE'
  | 'BIDDING.IMPLAUSIBLE_LENGTH'
  | 'BIDDING.DEALING_INVALID'
  | 'BIDDING.DUPLICATE'
  | 'BIDDING.QUOTA'
  | 'BIDDING.PART_UNKNOWN'
  | 'BIDDING.PART_SIZE'
  | 'BIDDING.PART_DIFFERS'
  | 'BIDDING.ROOT_MISMATCH'
  | 'BIDDING.BID_ENDED'
  | 'BIDDING.SIGNATURE_INVALID'
  | 'BIDDING.SEQUENCE'
  | 'BIDDING.REPLACEMENT_UNKNOWN'
  | 'BIDDING.REPLACEMENT_NOT_STORED'
  | 'BIDDING.REPLACEMENT_ENDED';

export type BiddingRefusal = Refusal<BiddingRefusalCode>;

/** How a refusal of an arrival is named in CLOSE; null where nothing was stored, so that there is nothing to list. */
export const reasonOf = (code: BiddingRefusalCode): RefusalReason | null => {
  switch (code) {
    case 'BIDDING.LATE':
      return 'late';
    case 'BIDDING.DUPLICATE':
      return 'duplicate';
    case 'BIDDING.DEALING_INVALID':
      return 'invalid-dealing';
    case 'BIDDING.QUOTA':
      return 'quota';
    case 'BIDDING.MALFORMED':
    case 'BIDDING.WRONG_LOT':
    case 'BIDDING.WRONG_SUITE':
    case 'BIDDING.WRONG_STRUCTURE':
    case 'BIDDING.IMPLAUSIBLE_LENGTH':
      return 'malformed';
    default:
      return null;
  }
};
