import { QUORUMS, seatFault } from '#trust';
import type { Seat, SeatFault, SeatParties } from '#trust';

/** Seats as they are chosen; those beyond `n` wait in case that more are wanted again. */
export interface SeatForm {
  readonly n: '5' | '3';
  readonly seats: readonly { readonly role: Seat['role']; readonly org: string }[];
}

export const SEAT_ROLES = ['tenderee', 'agency', 'regulator', 'centre', 'notary', 'audit'] as const;

export const seatFormOf = (seats: readonly Seat[]): SeatForm => ({
  n: seats.length === 3 ? '3' : '5',
  seats: Array.from({ length: 5 }, (_, at) => {
    const { role, org } = seats[at] ?? { role: SEAT_ROLES[at] ?? 'notary', org: '' };
    return { role, org };
  }),
});

/** Seats of those whom the project names are theirs, whatever stands in the form. */
export function seatsOf({ n, seats }: SeatForm, parties: SeatParties): { seats: Seat[]; k: number } {
  const named: Partial<Record<Seat['role'], string>> = { ...parties };
  const chosen = seats.slice(0, Number(n));
  return {
    seats: chosen.map(({ role, org }, at) => ({ i: at + 1, role, org: named[role] ?? org })),
    k: QUORUMS.find((quorum) => quorum.n === Number(n))?.k ?? 0,
  };
}

/** By the rule that the platform and every client judge by; before it, a seat that nobody has yet. */
export function faultOfSeats(
  form: SeatForm,
  parties: SeatParties,
): SeatFault | { readonly fault: 'empty'; readonly i: number } | null {
  const { seats, k } = seatsOf(form, parties);
  const empty = seats.find(({ org }) => org === '');
  return empty ? { fault: 'empty', i: empty.i } : seatFault(seats, k, parties);
}
