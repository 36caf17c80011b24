/** Every expected refusal of the opening; http/opening.problems.ts tells each in both languages. */
export type OpeningRefusalCode =
  /** No such lot with a complete key record. */
  | 'OPENING.LOT_UNKNOWN'
  /** The machine does not take this in its present state. */
  | 'OPENING.STATE'
  /** Nothing closes before the deadline and its margin. */
  | 'OPENING.NOT_DUE'
  /** The find-yourself window is still open: no share may be released (PROTOCOL section 7). */
  | 'OPENING.WINDOW_OPEN'
  /** A receipt shown after the window adds nothing: an insider could keep a grid of prices. */
  | 'OPENING.WINDOW_OVER'
  | 'OPENING.RECEIPT_INVALID'
  | 'OPENING.RECEIPT_OTHER_LOT'
  | 'OPENING.RECEIPT_LATE'
  | 'OPENING.RECEIPT_NOT_STORED'
  | 'OPENING.BID_MOVED'
  | 'OPENING.BID_LISTED'
  | 'OPENING.BID_UNKNOWN'
  | 'OPENING.NOT_CLOSED'
  | 'OPENING.MALFORMED'
  | 'OPENING.NOT_YOUR_SEAT'
  | 'OPENING.STAGE_NOT_OPEN'
  /** Shares for another CLOSE, other additions, another set of bids. */
  | 'OPENING.SHARES_OTHER_SET'
  | 'OPENING.SHARES_SIGNATURE'
  | 'OPENING.SHARES_WRONG'
  | 'OPENING.SHARES_DIFFER'
  | 'OPENING.BOX_UNREADABLE'
  | 'OPENING.SECRET_WRONG'
  | 'OPENING.IDENTITIES_PENDING'
  | 'OPENING.CONTENTS_PENDING'
  | 'OPENING.TOO_FEW_BIDDERS'
  | 'OPENING.ENOUGH_BIDDERS'
  | 'OPENING.NOT_DAMAGED'
  | 'OPENING.BYTES_DIFFER'
  | 'OPENING.ENVELOPE_UNKNOWN'
  | 'OPENING.ENVELOPE_RESTRICTED'
  | 'OPENING.OBJECTION_UNKNOWN'
  | 'OPENING.OBJECTION_ANSWERED'
  | 'OPENING.OBJECTION_UNANSWERED'
  | 'OPENING.OBJECTION_QUOTA'
  /** Whoever objects must have signed in to the hall (条例44: at the opening). */
  | 'OPENING.NOT_SIGNED_IN'
  /** No opened identity of this lot is the organisation's, and no receipt shows a bid of it. */
  | 'OPENING.NOT_A_BIDDER'
  /** This process, or this address in it, has no place left for a live viewer. */
  | 'OPENING.HALL_FULL'
  | 'OPENING.HALL_ADDRESS_FULL'
  /** A bidder's sign-in before the deadline would tell who bids (法22). */
  | 'OPENING.HALL_NOT_OPEN'
  | 'OPENING.NOT_A_PARTY'
  | 'OPENING.ATTENDANCE_QUOTA'
  | 'OPENING.NOT_YOUR_LOT'
  | 'OPENING.NOT_RECORDED'
  | 'OPENING.RECORD_SIGNATURE'
  | 'OPENING.DESTRUCTION_SIGNATURE'
  /** Another lot, another key, another opening record. */
  | 'OPENING.DESTRUCTION_OTHER'
  | 'OPENING.DESTRUCTION_DIFFERS';
