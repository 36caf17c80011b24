import type { Seat } from '../records/index.ts';
import { seatFault } from './seats.ts';

const parties = { tenderee: 'T', agency: 'A', regulator: 'R' };
const seatsOf = (...held: readonly (readonly [Seat['role'], string])[]): Seat[] =>
  held.map(([role, org], at) => ({ i: at + 1, role, org }));
const own = [
  ['tenderee', 'T'],
  ['agency', 'A'],
  ['regulator', 'R'],
] as const;

it.each<[string, readonly Seat[], number, ReturnType<typeof seatFault>]>([
  ['nothing: the default five', seatsOf(...own, ['centre', 'C'], ['notary', 'N']), 3, null],
  ['nothing: two of three', seatsOf(...own), 2, null],
  ['another quorum', seatsOf(...own), 3, { fault: 'quorum', n: 3, k: 3 }],
  ['another order', seatsOf(...own).reverse(), 2, { fault: 'order' }],
  [
    'somebody else in a seat of the notice',
    seatsOf(['tenderee', 'N'], ['agency', 'A'], ['regulator', 'R']),
    2,
    { fault: 'stranger', i: 1, role: 'tenderee' },
  ],
  [
    'two seats of the centre',
    seatsOf(...own, ['centre', 'C'], ['centre', 'D']),
    3,
    { fault: 'centre', seats: 2 },
  ],
  [
    'the centre under another role',
    seatsOf(...own, ['centre', 'C'], ['notary', 'C']),
    3,
    { fault: 'centre', seats: 2 },
  ],
  [
    'one that opens alone',
    seatsOf(['agency', 'A'], ['audit', 'A'], ['regulator', 'R']),
    2,
    { fault: 'alone', org: 'A', seats: 2, k: 2 },
  ],
  [
    'strangers who open',
    seatsOf(['agency', 'A'], ['centre', 'C'], ['notary', 'N']),
    2,
    { fault: 'strangers', strangers: 2, k: 2 },
  ],
])('finds %s', (_, seats, k, fault) => {
  expect(seatFault(seats, k, parties)).toEqual(fault);
});
