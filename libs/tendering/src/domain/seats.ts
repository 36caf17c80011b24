import { assertNever, ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import { seatFault } from '#trust';
import type { Seat, SeatParties } from '#trust';
import type { TenderRefusal } from './refusals.ts';

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

/** The rule of every client ({@link seatFault}), told by the codes of this context. Roles are asked of parties. */
export function checkSeats(
  seats: readonly Seat[],
  k: number,
  parties: SeatParties,
): Result<null, TenderRefusal> {
  const found = seatFault(seats, k, parties);
  if (found === null) return ok(null);
  switch (found.fault) {
    case 'quorum':
      return refuse('TENDERING.QUORUM_NOT_ALLOWED', { k, n: found.n });
    case 'order':
      return refuse('TENDERING.SEATS_INCOMPLETE', { reason: 'seats are numbered from 1 in order' });
    case 'stranger':
      return refuse('TENDERING.SEATS_INCOMPLETE', { i: found.i, reason: `not the ${found.role}` });
    case 'centre':
      return refuse('TENDERING.SEATS_CONCENTRATED', { role: 'centre', seats: found.seats });
    case 'alone':
      return refuse('TENDERING.SEATS_CONCENTRATED', { org: found.org, seats: found.seats, k });
    case 'strangers':
      return refuse('TENDERING.SEATS_CONCENTRATED', { strangers: found.strangers, k });
    default:
      return assertNever(found);
  }
}
