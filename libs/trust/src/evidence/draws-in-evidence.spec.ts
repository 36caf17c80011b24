/** Draws inside a lot's bundle: V18 there, their places in the log, and the keys that they may not share with bids. */
import { findingsOf, readVector, recordOf } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { Ceremony, ORG, TERMS } from '../draw/ceremony.fixture.ts';
import type { Drawn } from '../draw/ceremony.fixture.ts';
import { canonicalBytes } from '../encoding/index.ts';
import { drawRecords } from '../draw/draw-file.ts';
import type { DrawFile } from '../draw/draw-file.ts';
import type { LotKey, Notice } from '../records/index.ts';
import type { LogProofs } from './bundle.ts';
import { checkDraws } from './check-draws.ts';
import { checkLog } from './check-log.ts';

const vector = await readVector();
let ceremony: Ceremony;
let drawn: Drawn;

beforeAll(async () => {
  ceremony = await Ceremony.begin();
  drawn = await ceremony.all(undefined, { ...TERMS, subject: vector.expected.lot });
}, 60_000);

const trust = () => ({ ...vector.trust, ca: [...vector.trust.ca, ...ceremony.trust.ca] });
const withDraws = (...files: DrawFile[]): BundleEditor =>
  files.reduce(
    (bundle, file, at) => bundle.set(`draws/${String(at + 1)}.json`, canonicalBytes(file)),
    noticed(vector.bundle.copy()),
  );

/** The parties of the ceremony are those of the notice. */
const noticed = (bundle: BundleEditor): BundleEditor =>
  bundle.edit<{ record: Notice }>('notices/1.json', (signed) => {
    const { tenderee, agency, regulator } = signed.record;
    const parties = {
      tenderee: { ...tenderee, creditCode: ORG.tenderee },
      agency: { ...agency, creditCode: ORG.agency },
      regulator: { ...regulator, creditCode: ORG.regulator },
    };
    return { ...signed, record: { ...signed.record, ...parties } };
  });
const found = (bundle: BundleEditor) => findingsOf(bundle, trust(), checkDraws);

it('a bundle without draws has nothing to replay, and one with a draw holds', async () => {
  expect((await found(vector.bundle)).states['V18']).toBe('absent');
  const { lines, states } = await found(withDraws(drawn.file));
  expect([lines, states['V18']]).toEqual([[], 'holds']);
  const unfinished = { ...drawn.file, names: [] };
  expect((await found(withDraws(unfinished))).states['V18']).toBe('pending');
});

it('a draw of another lot, a false one, and a second one of the same name are named', async () => {
  const other = await ceremony.all();
  expect((await found(withDraws(other.file))).lines).toEqual(['V18 EVIDENCE.OTHER_LOT draws/1.json bundle']);
  const again = await ceremony.all(undefined, { ...TERMS, subject: vector.expected.lot });
  expect((await found(withDraws(drawn.file, again.file))).lines).toEqual([
    'V18 DRAW.SECOND draws/2.json regulator',
  ]);
  const [first, ...others] = drawn.file.names;
  const names = first ? [{ ...first, name: '另一人' }, ...others] : [];
  expect((await found(withDraws({ ...drawn.file, names }))).lines).toHaveLength(1);
});

it('a second plan whose first is kept back is named', async () => {
  const subject = vector.expected.lot;
  const previous = { plan: drawn.checked.hash, reason: 'exhausted' } as const;
  const second = await ceremony.all(undefined, { ...TERMS, subject, sequence: 2, previous });
  expect((await found(withDraws(second.file))).lines).toEqual([
    'V18 EVIDENCE.MISSING draws/1.json#V18.9 bundle',
  ]);
  expect((await found(withDraws(drawn.file, second.file))).lines).toEqual([
    'V18 DRAW.SECOND draws/2.json#V18.9 regulator',
  ]);
});

it('a draw whose regulator is not the notice’s, or whose quorum nobody knows, is named', async () => {
  const bundle = withDraws(drawn.file);
  const own = vector.bundle.copy().bytes('notices/1.json');
  expect((await found(bundle.set('notices/1.json', own))).lines).toEqual([
    'V18 LOTKEY.POLICY draws/1.json organiser',
  ]);
});

it('a draw of a lot of suite SM is of suite P256 all the same', async () => {
  const bundle = withDraws(drawn.file).edit<{ record: Notice }>('notices/1.json', (signed) => ({
    ...signed,
    record: { ...signed.record, suite: 'SM' },
  }));
  expect((await found(bundle)).lines).toEqual([]);
});

it('a trustee key of the lot, or its room, in a draw is named', async () => {
  const [key] = drawn.checked.plan.trustees;
  const bundle = withDraws(drawn.file).edit<{ record: LotKey }>('lotkey.json', (lot) => ({
    ...lot,
    record: { ...lot.record, room: key?.y ?? '' },
  }));
  expect(recordOf<LotKey>(bundle, 'lotkey.json').room).toBe(key?.y);
  expect((await found(bundle)).lines).toEqual(['V18 DRAW.SHARED_KEY draws/1.json#V18.1 trustee-1']);
});

describe('the log', () => {
  /** Leaves for the draw's records, in this order; their proofs are V05's question. */
  const logged = (order: readonly string[]): BundleEditor =>
    withDraws(drawn.file).edit<LogProofs>('log/proofs.json', (proofs) => ({
      ...proofs,
      leaves: [
        ...proofs.leaves,
        ...order.map((hash, at) => ({ hash, type: 'draw', blind: hash, index: 1000 + at, proof: [] })),
      ].sort((a, b) => (a.hash < b.hash ? -1 : 1)),
    }));

  it('holds every record of a draw, or V05 fails', async () => {
    const { lines } = await findingsOf(withDraws(drawn.file), trust(), checkLog);
    const missing = lines.filter((line) => line.startsWith('V05 EVIDENCE.NO_INCLUSION_PROOF draws/1.json'));
    // Plan, three contributions, list, pool, ready, three shares, result.
    expect(missing).toHaveLength(11);
  });

  it('holds them in their order: no share before the public value was fixed, no pool before the list', async () => {
    const order = drawRecords(drawn.file).map(({ hash }) => hash);
    expect((await found(logged(order))).lines).toEqual([]);
    for (const [early, late] of [
      ['draw-pool', 'draw-dealt'],
      ['draw-shares', 'draw-ready'],
      ['draw-ready', 'draw-pool'],
    ]) {
      const at = (type = '') => drawRecords(drawn.file).findIndex((record) => record.type === type);
      const swapped = [...order];
      [swapped[at(early)], swapped[at(late)]] = [order[at(late)] ?? '', order[at(early)] ?? ''];
      const { lines } = await found(logged(swapped));
      expect(lines).toContain('V17 EVIDENCE.OUT_OF_ORDER draws/1.json platform');
    }
  });
});
