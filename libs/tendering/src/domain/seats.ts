import { ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import type { Seat } from '#trust';
import type { TenderRefusal } from './refusals.ts';

/** Shares that open, of seats: five by default; a small centre may declare three (PROTOCOL section 1). */
const QUORUMS: readonly { readonly n: number; readonly k: number }[] = [
  { n: 5, k: 3 },
  { n: 3, k: 2 },
];

/** Organisations that the seats of this project must belong to. */
export interface SeatParties {
  readonly tenderee: string;
  readonly agency: string;
  readonly regulator: string;
}

/** The default five: tenderee, agency, regulator, trading centre, notary. */
export const defaultSeats = (
  parties: SeatParties,
  centre: string,
  notary: string,
): { readonly seats: readonly Seat[]; readonly k: number } => ({
  seats: [
    { i: 1, role: 'tenderee', org: parties.tenderee },
    { i: 2, role: 'agency', org: parties.agency },
    { i: 3, role: 'regulator', org: parties.regulator },
    { i: 4, role: 'centre', org: centre },
    { i: 5, role: 'notary', org: notary },
  ],
  k: 3,
});

const heldBy = (seats: readonly Seat[], org: string): number =>
  seats.filter((seat) => seat.org === org).length;

/**
 * PROTOCOL section 1: no organisation alone can open, and the centre, whose machines these are, holds one seat at
 * most; without a party that the notice names nobody opens, which every client checks (`checkSeatsOfNotice`). Whether
 * each organisation has the role of its seat is asked of parties.
 */
export function checkSeats(
  seats: readonly Seat[],
  k: number,
  parties: SeatParties,
): Result<null, TenderRefusal> {
  if (!QUORUMS.some((quorum) => quorum.n === seats.length && quorum.k === k))
    return refuse('TENDERING.QUORUM_NOT_ALLOWED', { k, n: seats.length });
  if (!seats.every(({ i }, index) => i === index + 1))
    return refuse('TENDERING.SEATS_INCOMPLETE', { reason: 'seats are numbered from 1 in order' });
  const stranger = seats.find(
    ({ role, org }) => role in parties && parties[role as keyof SeatParties] !== org,
  );
  if (stranger)
    return refuse('TENDERING.SEATS_INCOMPLETE', { i: stranger.i, reason: `not the ${stranger.role}` });
  const centre = seats.filter(({ role }) => role === 'centre');
  const centreHolds = centre[0] ? heldBy(seats, centre[0].org) : 0;
  if (centre.length > 1 || centreHolds > 1)
    return refuse('TENDERING.SEATS_CONCENTRATED', {
      role: 'centre',
      seats: Math.max(centre.length, centreHolds),
    });
  const strong = seats.find(({ org }) => heldBy(seats, org) >= k);
  if (strong)
    return refuse('TENDERING.SEATS_CONCENTRATED', { org: strong.org, seats: heldBy(seats, strong.org), k });
  const strangers = seats.filter(({ org }) => !Object.values(parties).includes(org)).length;
  if (strangers >= k) return refuse('TENDERING.SEATS_CONCENTRATED', { strangers, k });
  return ok(null);
}
