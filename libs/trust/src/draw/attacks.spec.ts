/** Who could steer a draw, and what becomes of it: each row fails without its control. */
import { b64u, systemRandom, uint } from '../encoding/bytes.ts';
import { hashRecord, hashText } from '../encoding/hash.ts';
import { signRecord } from '../encoding/signed-record.ts';
import { parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import type { DrawDealing, DrawEntry, DrawPlan, DrawTerms } from '../records/index.ts';
import { prepareDealing, proveDealing } from '../threshold/deal.ts';
import { Ceremony, DEALERS, ORG, ROLES, TERMS, TIMES, canonical, rowsOf } from './ceremony.fixture.ts';
import type { Drawn, Pooled } from './ceremony.fixture.ts';
import { closeContributions, makeContribution } from './contribution.ts';
import type { DrawFile } from './draw-file.ts';
import { firstConflict, openNames } from './names.ts';
import { permitOpening, permitPool, permitReady } from './permit.ts';
import { checkUnsignedPlan } from './plan.ts';
import { buildPool } from './pool.ts';
import { drawStrata } from './result.ts';
import { seatEntry, takeDrawSeat } from './seat.ts';
import type { DrawSeat } from './seat.ts';
import { verifyDraw } from './verify-draw.ts';
import type { DrawContext } from './verify-draw.ts';

let ceremony: Ceremony;
let drawn: Drawn;
let ready: Pooled;

beforeAll(async () => {
  ceremony = await Ceremony.begin();
  ready = await ceremony.ready(await ceremony.pool(await ceremony.deal(await ceremony.plan())));
  drawn = await ceremony.result(await ceremony.open(ready));
}, 60_000);

const refusal = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object });

/** The first problem of a file: check, code, who is to blame. */
const found = (file: DrawFile, context?: DrawContext): readonly unknown[] => {
  const { checks } = verifyDraw(canonical(file), ceremony.trust, context);
  const { id, problems } = checks.find(({ state }) => state === 'fails') ?? { id: null, problems: [] };
  return [id, problems[0]?.code, problems[0]?.blame];
};
const when = (text: string): Instant => parseInstant(text) as Instant;
const later = when('2026-03-02T16:00:00.000Z');
const eyes = (now: Instant = later, reading: string | null = '3301.47') => ({
  at: ceremony.at,
  now,
  reading,
});

/** A seat that signed this plan. */
const bound = (from: Pooled, i: number): DrawSeat => ({
  ...(from.seats[i - 1] as DrawSeat),
  plan: from.checked.hash,
});
const standing = (file: DrawFile): string[] =>
  verifyDraw(file, ceremony.trust).strata.flatMap(({ members }) => members.map(({ leaf }) => leaf));

describe('a contributor', () => {
  it('that holds back the last word changes nothing: the trustees open without it', async () => {
    const others = await ceremony.open(ready, [2, 4, 5]);
    const again = await ceremony.result(others);
    expect(others.file.reveals).toEqual([]);
    expect(again.seed).toEqual(drawn.seed);
  });

  it('that never contributes stops the plan before anything is known, and is not left out in silence', async () => {
    const two = drawn.file.dealings.slice(1);
    const records = two.map(({ record }) => record);
    expect(() => closeContributions(drawn.checked, records, TIMES.closed)).toThrow(
      refusal('DRAW.DEALT', { dealer: ORG.tenderee, contributions: 0 }),
    );
  });

  it('that copies another’s sealed contribution under its own name, or moves one to another plan, is refused', async () => {
    const [, ...others] = drawn.file.dealings;
    const stolen = { ...(others[0]?.record as DrawDealing), dealer: ORG.tenderee };
    const dealings = [await ceremony.sign(stolen, 'tenderee'), ...others];
    expect(found({ ...drawn.file, dealings })).toEqual(['V18.2', 'DRAW.DEALING', 'dealer-1']);
    const elsewhere = await ceremony.deal(await ceremony.plan());
    const moved = { ...(elsewhere.file.dealings[0]?.record as DrawDealing), plan: drawn.checked.hash };
    expect(found({ ...drawn.file, dealings: [await ceremony.sign(moved, 'tenderee'), ...others] })).toEqual([
      'V18.2',
      'DRAW.DEALING',
      'dealer-1',
    ]);
  });

  it('that replays a dealing of a bid, with every other byte as it should be, is refused', async () => {
    const { checked, file } = drawn;
    const [, ...others] = file.dealings;
    const head = {
      type: 'draw-dealing',
      plan: checked.hash,
      dealer: ORG.tenderee,
      nonce: b64u.encode(systemRandom(32)),
    } as const;
    const label = `glasshall/1/P256/draw/${checked.hash}/${ORG.tenderee}/${head.nonce}`;
    const made = async (type: 'bid' | 'draw') => {
      const terms = { label, stage: 0, audience: 'public', seedKey: systemRandom(32) } as const;
      const prepared = prepareDealing({ ...terms, type, trusteeKeys: checked.keys, k: 3 });
      const { stage, audience, C, E } = prepared;
      const body = hashRecord('draw-body', { ...head, dealing: { stage, audience, C, E } });
      const dealing = proveDealing(prepared, body, systemRandom);
      const dealings = [await ceremony.sign({ ...head, dealing }, 'tenderee'), ...others];
      const list = dealings.map(({ record }) => record);
      const dealt = await ceremony.sign(closeContributions(checked, list, TIMES.closed), 'centre');
      return found({ ...file, dealings, dealt });
    };
    expect(await made('bid')).toEqual(['V18.2', 'DRAW.DEALING', 'dealer-1']);
    // The same by the right type goes through, and fails only where POOL names the first list.
    expect(await made('draw')).toEqual(['V18.3', 'DRAW.POOL', 'organiser']);
  });

  it('learns nothing of the others before the opening: two seats open nothing', async () => {
    const two = await ceremony.open(ready, [1, 4]);
    expect(verifyDraw(two.file, ceremony.trust).checks.find(({ id }) => id === 'V18.5')?.state).toBe(
      'pending',
    );
    await expect(ceremony.result(two)).rejects.toThrow(refusal('SHARE.TOO_FEW'));
  });

  it('signs its own contribution: no other can', async () => {
    const [own, ...others] = drawn.file.dealings;
    const dealings = [await ceremony.sign(own?.record as DrawDealing, 'agency'), ...others];
    expect(found({ ...drawn.file, dealings })).toEqual(['V18.2', 'DRAW.SIGNERS', 'dealer-1']);
  });
});

describe('the organiser', () => {
  it('that drops a contribution and signs the list is found', async () => {
    const dealt = drawn.file.dealt?.record as NonNullable<DrawFile['dealt']>['record'];
    const shorter = await ceremony.sign({ ...dealt, dealings: dealt.dealings.slice(1) }, 'centre');
    const file = { ...drawn.file, dealt: shorter, dealings: drawn.file.dealings.slice(1) };
    expect(found(file)).toEqual(['V18.2', 'DRAW.DEALT', 'organiser']);
  });

  it('that exchanges a contribution after the list was closed is found', async () => {
    const fresh = makeContribution(drawn.checked, ORG.centre, systemRandom).record;
    const dealings = [...drawn.file.dealings.slice(0, 2), await ceremony.sign(fresh, 'centre')];
    expect(found({ ...drawn.file, dealings })).toEqual(['V18.2', 'DRAW.DEALT', 'organiser']);
  });

  it('that adds an expert late is found, even where the regulator signs the new pool', async () => {
    const { file, checked } = drawn;
    const stratum = TERMS.strata[0]?.name ?? '';
    const late = [...rowsOf(12), { stratum, id: 'late', name: '后加', employer: null }];
    const again = buildPool(checked, file.dealt?.record as never, late, TIMES.pooled, systemRandom);
    const leaves = again.strata.map((each) => ({ name: each.name, leaves: [...each.leaves] }));
    expect(found({ ...file, leaves })).toEqual(['V18.3', 'DRAW.POOL', 'organiser']);
    const pool = await ceremony.sign(again.record, 'centre', 'regulator');
    expect(found({ ...file, leaves, pool })).toEqual(['V18.4', 'DRAW.READY', 'organiser']);
    const names = [...file.names, again.entries.at(-1) as DrawEntry];
    expect(found({ ...file, names })).toEqual(['V18.8', 'DRAW.ENTRY', 'organiser']);
  });

  it('cannot make a pool alone, nor with the regulator once the public value is known', async () => {
    const { file, built } = ready;
    const alone = await ceremony.sign(built.record, 'centre');
    expect(found({ ...file, pool: alone })).toEqual(['V18.3', 'DRAW.SIGNERS', 'organiser']);
    const noon = when('2026-03-02T12:00:00.000Z');
    expect(() => permitPool(file, built.record, eyes(noon))).not.toThrow();
    // Dated back by the organiser: the regulator's own clock says so.
    expect(() => permitPool(file, built.record, eyes(when(TIMES.value)))).toThrow(refusal('DRAW.EARLY'));
    const afterwards = { ...built.record, madeAt: TIMES.value };
    const pool = await ceremony.sign(afterwards, 'centre', 'regulator');
    expect(found({ ...file, pool })).toEqual(['V18.3', 'DRAW.EARLY', 'organiser']);
  });

  it('that grinds salts until a friend’s leaf comes first gives the friend no better chance', () => {
    const strata = [{ name: 'a', members: 2, substitutes: 0 }];
    const eligible = [Array.from({ length: 10 }, (_, i) => String(i))];
    let friend = 0;
    for (let seed = 0; seed < 20_000; seed++)
      if (drawStrata({ strata }, eligible, uint(seed, 32))[0]?.members.includes('0')) friend += 1;
    // One in five; 8 standard deviations are 452.
    expect(Math.abs(friend - 4000)).toBeLessThan(452);
  });

  it('that sorts the pool as it likes is found', () => {
    const [first, ...others] = drawn.file.leaves;
    const leaves = [{ name: first?.name ?? '', leaves: [...(first?.leaves ?? [])].reverse() }, ...others];
    expect(found({ ...drawn.file, leaves })).toEqual(['V18.3', 'DRAW.POOL', 'organiser']);
  });

  it('that puts somebody in twice is refused, and found by whoever sees the names', () => {
    const [row] = rowsOf(1) as [ReturnType<typeof rowsOf>[number]];
    const twice = [...rowsOf(12), { ...row, name: '又名' }];
    const dealt = drawn.file.dealt?.record as never;
    expect(() => buildPool(drawn.checked, dealt, twice, TIMES.pooled, systemRandom)).toThrow(
      refusal('DRAW.DUPLICATE'),
    );
    const [one] = drawn.built.entries as [(typeof drawn.built.entries)[number]];
    const other = { ...one, salt: b64u.encode(systemRandom(32)) };
    const leaf = hashText('draw-entry', other);
    const strata = drawn.built.strata.map(({ name, leaves }) => ({
      name,
      leaves: name === one.stratum ? [...leaves, leaf] : leaves,
    }));
    expect(() => openNames(drawn.checked.hash, strata, [one, other])).toThrow(refusal('DRAW.DUPLICATE'));
  });

  it('that hides a recusal is found when the names open; to strike it out later fits no signature', async () => {
    const rows = rowsOf(12).map((row) => ({ ...row, employer: ORG.tenderee }));
    const biased = await ceremony.all(rows);
    expect(found(biased.file)).toEqual(['V18.8', 'DRAW.CONFLICT', 'organiser']);
    const pool = biased.file.pool as NonNullable<DrawFile['pool']>;
    const leaf = biased.built.strata[0]?.leaves[0] ?? '';
    const struck = { ...pool.record, struck: [{ leaf, ground: 'employer' as const }] };
    expect(found({ ...biased.file, pool: { ...pool, record: struck } })).toEqual([
      'V18.3',
      'SIGNATURE.INVALID',
      'bundle',
    ]);
  });

  it('that claims other members than the seed gives is found', async () => {
    const result = drawn.file.result as NonNullable<DrawFile['result']>;
    const [first, ...others] = result.record.strata as [
      (typeof result.record.strata)[number],
      ...typeof result.record.strata,
    ];
    const swapped = { ...first, members: first.substitutes, substitutes: first.members };
    const other = await ceremony.sign({ ...result.record, strata: [swapped, ...others] }, 'centre');
    expect(found({ ...drawn.file, result: other })).toEqual(['V18.6', 'DRAW.RESULT', 'organiser']);
  });

  it('that replaces by hand is found: alone, out of turn, or on a plain ground that is not there', async () => {
    const [leaf = ''] = standing(drawn.file);
    const honest = await ceremony.change(drawn, leaf, 'declined');
    const entries = await ceremony.named(
      honest,
      drawn.built.entries.map((entry) => hashText('draw-entry', entry)),
    );
    expect(found(entries.file)).toEqual([null, undefined, undefined]);
    expect(standing(entries.file)).not.toContain(leaf);
    const [change] = honest.file.changes as [DrawFile['changes'][number]];
    const alone = [await ceremony.sign(change.record, 'centre')];
    expect(found({ ...honest.file, changes: alone })).toEqual(['V18.7', 'DRAW.SIGNERS', 'organiser']);
    const substitute = drawn.file.result?.record.strata[0]?.substitutes[0] ?? '';
    expect(found((await ceremony.change(drawn, substitute, 'declined')).file)).toEqual([
      'V18.7',
      'DRAW.CHANGE',
      'organiser',
    ]);
    const pretext = await ceremony.change(drawn, leaf, 'employer');
    const shown = ceremony.named(
      pretext,
      drawn.built.entries.map((entry) => hashText('draw-entry', entry)),
    );
    expect(found(shown.file)).toEqual(['V18.8', 'DRAW.CHANGE', 'organiser']);
  });

  it('that draws two of one employer must go on, and everybody sees the ground', async () => {
    const rows = rowsOf(12).map((row, at) => ({ ...row, employer: at < 12 ? ORG.notary : row.employer }));
    let same = await ceremony.all(rows);
    expect(found(same.file)).toEqual(['V18.8', 'DRAW.CONFLICT', 'organiser']);
    const all = same.built.entries.map((entry) => hashText('draw-entry', entry));
    same = ceremony.named(same, all);
    const opened = openNames(same.checked.hash, same.file.leaves, same.file.names);
    const members = same.file.result?.record.strata[0]?.members ?? [];
    expect(firstConflict(same.checked.plan, members, opened)).toEqual({
      leaf: members[1],
      ground: 'same-employer',
    });
  });
});

describe('a second try', () => {
  const own = (role: (typeof ROLES)[number]) => ({
    org: ORG[role],
    cert: ceremony.signers[role].certificate.fingerprint,
  });
  const after = (reason: 'exhausted' | 'abandoned', plan: string): DrawTerms => ({
    ...TERMS,
    sequence: 2,
    previous: { plan, reason },
    createdAt: '2026-03-02T09:30:00.000Z',
  });

  it('with another plan of the same draw gets no seat from a trustee that signed one', () => {
    const held = [bound(drawn, 1)];
    const other = { ...TERMS, createdAt: '2026-03-02T09:00:00.001Z' };
    const take = (terms: DrawTerms, exhausted: string[] = [], seats = held) =>
      takeDrawSeat(terms, own('tenderee'), seats, new Set(exhausted), systemRandom);
    expect(() => take(other)).toThrow(refusal('DRAW.SECOND'));
    expect(() => take(after('exhausted', drawn.checked.hash))).toThrow(refusal('DRAW.SECOND'));
    expect(take(after('exhausted', drawn.checked.hash), [drawn.checked.hash]).givenUp).toBeNull();
    // What was given up unopened loses its key; what was opened is not given up.
    const { givenUp } = take(after('abandoned', drawn.checked.hash));
    expect(givenUp?.x).toBeNull();
    const opened = { ...bound(drawn, 1), ready: hashText('draw-ready', drawn.file.ready?.record) };
    expect(() => take(after('abandoned', drawn.checked.hash), [], [opened])).toThrow(refusal('DRAW.SECOND'));
  });

  it('of which seats were taken beforehand is not signed beside the first', () => {
    const other = { ...TERMS, createdAt: '2026-03-02T09:00:00.001Z' };
    const take = (terms: DrawTerms, held: DrawSeat[]) =>
      takeDrawSeat(terms, own('tenderee'), held, new Set(), systemRandom).seat;
    const one = take(TERMS, []);
    const two = take(other, [one]);
    const signed = { ...one, plan: drawn.checked.hash };
    expect(take(TERMS, [signed, two])).toEqual(signed);
    expect(() => take(other, [signed, two])).toThrow(refusal('DRAW.SECOND'));
  });

  it('gets the same seat for the same terms, and never the old key for others', () => {
    const first = takeDrawSeat(TERMS, own('notary'), [], new Set(), systemRandom).seat;
    expect(takeDrawSeat(TERMS, own('notary'), [first], new Set(), systemRandom).seat).toEqual(first);
    const other = { ...TERMS, createdAt: '2026-03-02T09:00:00.001Z' };
    expect(takeDrawSeat(other, own('notary'), [first], new Set(), systemRandom).seat.x).not.toBe(first.x);
    expect(() => seatEntry(first, other, systemRandom)).toThrow(refusal('DRAW.SEAT'));
    expect(() =>
      takeDrawSeat(TERMS, { ...own('notary'), org: '914403000000000009' }, [], new Set(), systemRandom),
    ).toThrow(refusal('DRAW.SEAT'));
  });

  it('with another public value, pool or list under the same plan gets no second share from anybody', async () => {
    const seat = permitOpening(ready.file, bound(ready, 4), eyes()).seat;
    expect(permitOpening(ready.file, seat, eyes()).seat).toEqual(seat);
    const again = await ceremony.ready(await ceremony.pool(ready));
    expect(() => permitOpening(again.file, seat, eyes())).toThrow(refusal('DRAW.SECOND'));
    const other = await ceremony.ready(ready, { kind: 'declared', text: '3301.48' });
    expect(() => permitOpening(other.file, seat, eyes(later, '3301.48'))).toThrow(refusal('DRAW.SECOND'));
    const signed = permitReady(ready.file, ready.file.ready?.record as never, bound(ready, 3), eyes());
    expect(() =>
      permitReady(other.file, other.file.ready?.record as never, signed, eyes(later, '3301.48')),
    ).toThrow(refusal('DRAW.SECOND'));
  });

  it('with the opened shares put under another public value is found', async () => {
    const other = await ceremony.ready(ready, { kind: 'declared', text: '3301.48' });
    const file = { ...drawn.file, ready: other.file.ready };
    expect(found(file)).toEqual(['V18.5', 'DRAW.SHARES', 'trustee-1']);
    const alone = await ceremony.sign(other.file.ready?.record as never as DrawDealing, 'centre');
    expect(found({ ...drawn.file, ready: alone as never })).toEqual(['V18.4', 'DRAW.SIGNERS', 'organiser']);
  });

  it('in a second file stands only beside a first that is used up', async () => {
    const first = verifyDraw(drawn.file, ceremony.trust);
    const second = await ceremony.all(undefined, after('exhausted', drawn.checked.hash));
    const state = (context: DrawContext) => {
      const report = verifyDraw(second.file, ceremony.trust, context);
      return [report.verdict, report.checks.find(({ id }) => id === 'V18.9')?.state];
    };
    expect(state({})).toEqual(['unfinished', 'restricted']);
    expect(state({ earlier: [first] })).toEqual(['fails', 'fails']);
    let used = ceremony.named(
      drawn,
      drawn.built.entries.map((entry) => hashText('draw-entry', entry)),
    );
    for (let at = 0; at < 4; at++)
      used = await ceremony.change(used, standing(used.file)[0] ?? '', 'declined');
    const report = verifyDraw(canonical(used.file), ceremony.trust);
    expect(report).toMatchObject({ verdict: 'holds', exhausted: true });
    expect(state({ earlier: [report] })).toEqual(['holds', 'holds']);
    const strangers = [
      { subject: '7f1c1f36-53a4-4f5b-9d39-0d6f1f2c9a10' },
      { regulator: ORG.notary },
      { sequence: 2 },
    ];
    for (const change of strangers) expect(state({ earlier: [{ ...report, ...change }] })[0]).toBe('fails');
  }, 60_000);
});

describe('a trustee', () => {
  it('releases nothing before plan, list, pool and public value are signed', () => {
    const seat = bound(ready, 2);
    for (const [part, missing] of [
      [{ dealt: null }, 'dealt'],
      [{ pool: null }, 'pool'],
      [{ ready: null }, 'ready'],
    ] as const)
      expect(() => permitOpening({ ...ready.file, ...part }, seat, eyes())).toThrow(
        refusal('DRAW.FILE', { missing }),
      );
    const unsigned = { ...ready.file.plan, signatures: ready.file.plan.signatures.slice(1) };
    expect(() => permitOpening({ ...ready.file, plan: unsigned }, seat, eyes())).toThrow(
      refusal('DRAW.SIGNERS'),
    );
  });

  it('counts a declared value only as it read it itself, and by its own clock', () => {
    const seat = bound(ready, 2);
    expect(() => permitOpening(ready.file, seat, eyes(later, '3301.48'))).toThrow(
      refusal('DRAW.OTHER_VALUE'),
    );
    expect(() => permitOpening(ready.file, seat, eyes(later, null))).toThrow(refusal('DRAW.OTHER_VALUE'));
    expect(() => permitOpening(ready.file, seat, eyes(when(TIMES.value)))).toThrow(refusal('DRAW.EARLY'));
    expect(permitOpening(ready.file, seat, eyes()).ready).toEqual(ready.file.ready?.record);
  });

  it('that releases a wrong share is named', async () => {
    const wrong = {
      ...ready,
      seats: ready.seats.map((seat, at) => (at === 2 ? (ready.seats[1] as DrawSeat) : seat)),
    };
    const opened = await ceremony.open(wrong, [1, 3, 5]);
    expect(found(opened.file)).toEqual(['V18.5', 'DRAW.SHARES', 'trustee-3']);
  });

  it('with a key that a lot uses, or another seat’s, has no place in a plan', () => {
    const { plan } = drawn.checked;
    const y = plan.trustees[3]?.y ?? '';
    expect(() => checkUnsignedPlan(plan, new Set([y]))).toThrow(refusal('DRAW.SHARED_KEY', { i: 4 }));
    expect(found(drawn.file, { taken: new Set([y]) })).toEqual(['V18.1', 'DRAW.SHARED_KEY', 'trustee-4']);
    const seats = ceremony.seats(TERMS);
    const twin = { ...(seats[1] as DrawSeat), x: seats[0]?.x ?? null };
    const trustees = seats.map((seat) => seatEntry(seat === seats[1] ? twin : seat, TERMS, systemRandom));
    expect(() => checkUnsignedPlan({ ...TERMS, trustees })).toThrow(refusal('DRAW.SHARED_KEY'));
  });

  it('with a key that it did not prove for these terms has none either', () => {
    const { plan } = drawn.checked;
    const other: DrawPlan = { ...plan, apart: { ...plan.apart, distinct: false } };
    expect(() => checkUnsignedPlan(other)).toThrow(refusal('DRAW.POSSESSION', { i: 1 }));
  });
});

describe('a plan', () => {
  const withTerms = (change: Partial<DrawTerms>) => () => ceremony.seats({ ...TERMS, ...change });
  const seatsOf = (orgs: string[]) =>
    ({
      policy: { seats: TERMS.policy.seats.map((seat, at) => ({ ...seat, org: orgs[at] ?? seat.org })) },
    }) as const;

  it.each<[string, Partial<DrawTerms>, string]>([
    ['two quorums without a common trustee', { k: 2 }, 'DRAW.PLAN'],
    ['a winner as its purpose', { purpose: 'winner' as never }, 'DRAW.PLAN'],
    ['one contributor twice', { dealers: [ORG.centre, ORG.centre] }, 'DRAW.PLAN'],
    ['one contributor', { dealers: [ORG.centre] }, 'DRAW.PLAN'],
    [
      'a public value that is known when it is made',
      { source: { kind: 'declared', source: 's', at: TIMES.created } },
      'DRAW.PLAN',
    ],
    ['a second sequence without a first', { sequence: 2 }, 'DRAW.PLAN'],
    [
      'no seat of the regulator',
      { regulator: { name: 'r', creditCode: '914403000000000009' } },
      'DRAW.POLICY',
    ],
    ['an organisation that opens alone', seatsOf([ORG.notary, ORG.notary]), 'DRAW.POLICY'],
    ['an organiser that supervises itself', { organiser: TERMS.regulator }, 'DRAW.POLICY'],
    ['the centre on two seats', seatsOf([ORG.centre]), 'DRAW.POLICY'],
  ])('with %s is refused', (_, change, code) => {
    expect(withTerms(change)).toThrow(refusal(code));
  });

  it('is refused with a signature too few or a stranger’s', async () => {
    const { plan } = drawn.file;
    expect(found({ ...drawn.file, plan: { ...plan, signatures: plan.signatures.slice(1) } })).toEqual([
      'V18.1',
      'DRAW.SIGNERS',
      'bundle',
    ]);
    const twice = await signRecord(
      'draw-plan',
      plan.record,
      DEALERS.map((role) => ceremony.signers[role]),
    );
    expect(found({ ...drawn.file, plan: { ...plan, signatures: [...twice.signatures] } })[1]).toBe(
      'DRAW.SIGNERS',
    );
  });
});

it('a certificate that nothing in the file needs is not explained', async () => {
  const other = await Ceremony.begin();
  const certificates = [...drawn.file.certificates, ...other.certificates];
  expect(found({ ...drawn.file, certificates })).toEqual(['V18.8', 'DRAW.FILE', 'bundle']);
});
