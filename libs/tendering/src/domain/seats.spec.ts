import type { Seat } from '#trust';
import { checkSeats, defaultSeats } from './seats.ts';

const parties = {
  tenderee: '91440000AA00000001',
  agency: '91440000AA00000002',
  regulator: '91440000AA00000003',
};
const [centre, notary] = ['91440000AA00000004', '91440000AA00000005'];
const five = defaultSeats(parties, centre, notary).seats;

const codeOf = (seats: readonly Seat[], k: number) => {
  const checked = checkSeats(seats, k, parties);
  return checked.ok ? 'ok' : checked.error.code;
};
const withOrg = (i: number, org: string): Seat[] =>
  five.map((seat) => (seat.i === i ? { ...seat, org } : { ...seat }));

describe('checkSeats', () => {
  it('takes the default five seats with three shares, and three seats with two', () => {
    expect(codeOf(five, 3)).toBe('ok');
    expect(codeOf([five[0]!, five[1]!, five[2]!], 2)).toBe('ok');
  });
  it.each([
    [5, 2],
    [5, 4],
    [3, 3],
    [4, 3],
  ])('refuses %d seats with %d shares', (n, k) => {
    expect(codeOf(five.slice(0, n), k)).toBe('TENDERING.QUORUM_NOT_ALLOWED');
  });
  it('refuses seats that are not numbered in order', () => {
    expect(codeOf([five[1]!, five[0]!, five[2]!], 2)).toBe('TENDERING.SEATS_INCOMPLETE');
  });
  it.each([1, 2, 3])('refuses a stranger in seat %d of tenderee, agency and regulator', (i) => {
    expect(codeOf(withOrg(i, notary), 3)).toBe('TENDERING.SEATS_INCOMPLETE');
  });
  it('gives the centre one seat at most (PROTOCOL 1)', () => {
    expect(codeOf(withOrg(5, centre), 3)).toBe('TENDERING.SEATS_CONCENTRATED');
    const two = five.map((seat) => (seat.i === 5 ? { ...seat, role: 'centre' as const } : seat));
    expect(codeOf(two, 3)).toBe('TENDERING.SEATS_CONCENTRATED');
  });
  it('lets no organisation open alone: k seats are too many, k - 1 are not', () => {
    const agencyHolds = (count: number): Seat[] => [
      { i: 1, role: 'tenderee', org: parties.tenderee },
      { i: 2, role: 'agency', org: parties.agency },
      { i: 3, role: 'regulator', org: parties.regulator },
      { i: 4, role: 'notary', org: count > 1 ? parties.agency : notary },
      { i: 5, role: 'audit', org: count > 2 ? parties.agency : notary },
    ];
    expect(codeOf(agencyHolds(2), 3)).toBe('ok');
    expect(codeOf(agencyHolds(3), 3)).toBe('TENDERING.SEATS_CONCENTRATED');
  });
  it('refuses seats by which those whom the notice does not name could open', () => {
    const strangers: Seat[] = [
      { i: 1, role: 'agency', org: parties.agency },
      { i: 2, role: 'centre', org: centre },
      { i: 3, role: 'notary', org: notary },
    ];
    expect(codeOf(strangers, 2)).toBe('TENDERING.SEATS_CONCENTRATED');
  });
});
