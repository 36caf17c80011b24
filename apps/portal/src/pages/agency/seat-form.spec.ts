import type { Seat } from '#trust';
import { faultOfSeats, seatFormOf, seatsOf } from './seat-form.ts';
import type { SeatForm } from './seat-form.ts';

const parties = { tenderee: 'T', agency: 'A', regulator: 'R' };
const five: readonly Seat[] = [
  { i: 1, role: 'tenderee', org: 'T' },
  { i: 2, role: 'agency', org: 'A' },
  { i: 3, role: 'regulator', org: 'R' },
  { i: 4, role: 'centre', org: 'C' },
  { i: 5, role: 'notary', org: 'N' },
];
const form = seatFormOf(five);
const withSeat = (at: number, seat: SeatForm['seats'][number]): SeatForm => ({
  ...form,
  seats: form.seats.map((each, index) => (index === at ? seat : each)),
});

it('gives back the seats that the lot has', () => {
  expect(seatsOf(form, parties)).toEqual({ seats: five, k: 3 });
  const three = five.slice(0, 3);
  expect(seatsOf(seatFormOf(three), parties)).toEqual({ seats: three, k: 2 });
});

it('asks who holds the seats that a lot of three has not had', () => {
  const more = { ...seatFormOf(five.slice(0, 3)), n: '5' as const };
  expect(faultOfSeats(more, parties)).toEqual({ fault: 'empty', i: 4 });
});

it('puts into a seat of the project’s own parties nobody else', () => {
  expect(seatsOf(withSeat(0, { role: 'tenderee', org: 'N' }), parties).seats[0]?.org).toBe('T');
});

it.each([
  ['nothing against the default', form, null],
  ['nothing against two of three', { ...form, n: '3' as const }, null],
  ['a second seat of the centre', withSeat(4, { role: 'centre', org: 'D' }), 'centre'],
  ['nothing against two seats of one', withSeat(3, { role: 'agency', org: '' }), null],
  ['strangers who could open', withSeat(1, { role: 'audit', org: 'B' }), 'strangers'],
])('says what stands against it: %s', (_, chosen, fault) => {
  expect(faultOfSeats(chosen, parties)?.fault ?? null).toBe(fault);
});

it('lets nobody open alone', () => {
  const agency = { role: 'agency' as const, org: '' };
  const chosen = { ...form, seats: form.seats.map((seat, at) => (at > 1 && at < 4 ? agency : seat)) };
  expect(faultOfSeats(chosen, parties)).toMatchObject({ fault: 'alone', seats: 3, k: 3 });
});
