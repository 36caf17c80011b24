import type { Seat } from '../records/index.ts';

/** Shares that open, of seats: five by default; a small centre may declare three (PROTOCOL section 1). */
export const QUORUMS: readonly { readonly n: number; readonly k: number }[] = [
  { n: 5, k: 3 },
  { n: 3, k: 2 },
];

/** Organisations that the seats of a project must belong to, by credit code. */
export interface SeatParties {
  readonly tenderee: string;
  readonly agency: string;
  readonly regulator: string;
}

/** What stands against a choice of seats. */
export type SeatFault =
  | { readonly fault: 'quorum'; readonly n: number; readonly k: number }
  /** Not numbered from 1 in order. */
  | { readonly fault: 'order' }
  /** A seat of tenderee, agency or regulator that is not theirs. */
  | { readonly fault: 'stranger'; readonly i: number; readonly role: Seat['role'] }
  /** The centre, whose machines these are, holds more than one. */
  | { readonly fault: 'centre'; readonly seats: number }
  /** One organisation could open alone. */
  | { readonly fault: 'alone'; readonly org: string; readonly seats: number; readonly k: number }
  /** Those whom the notice does not name could open, which every client refuses (`checkSeatsOfNotice`). */
  | { readonly fault: 'strangers'; readonly strangers: number; readonly k: number };

const heldBy = (seats: readonly Seat[], org: string): number =>
  seats.filter((seat) => seat.org === org).length;

/**
 * PROTOCOL section 1: no organisation alone can open, the centre holds one seat at most, and nobody opens without a party
 * that the notice names. Null: nothing stands against it. Whether each organisation has the role of its seat is the
 * platform's to know.
 */
export function seatFault(seats: readonly Seat[], k: number, parties: SeatParties): SeatFault | null {
  const n = seats.length;
  if (!QUORUMS.some((quorum) => quorum.n === n && quorum.k === k)) return { fault: 'quorum', n, k };
  if (!seats.every(({ i }, index) => i === index + 1)) return { fault: 'order' };
  const stranger = seats.find(
    ({ role, org }) => role in parties && parties[role as keyof SeatParties] !== org,
  );
  if (stranger) return { fault: 'stranger', i: stranger.i, role: stranger.role };
  return concentrated(seats, k, parties);
}

function concentrated(seats: readonly Seat[], k: number, parties: SeatParties): SeatFault | null {
  const centre = seats.filter(({ role }) => role === 'centre');
  const held = Math.max(centre.length, centre[0] ? heldBy(seats, centre[0].org) : 0);
  if (held > 1) return { fault: 'centre', seats: held };
  const strong = seats.find(({ org }) => heldBy(seats, org) >= k);
  if (strong) return { fault: 'alone', org: strong.org, seats: heldBy(seats, strong.org), k };
  const strangers = seats.filter(({ org }) => !Object.values(parties).includes(org)).length;
  return strangers >= k ? { fault: 'strangers', strangers, k } : null;
}
