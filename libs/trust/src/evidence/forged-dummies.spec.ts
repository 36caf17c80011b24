import { findingsOf, readVector } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { b64u, hashText } from '../encoding/index.ts';
import {
  blindedLeaf,
  checkpointText,
  CompactTree,
  consistencyProof,
  dummyEntry,
  inclusionProof,
  leafHash,
  merkleRoot,
  openCheckpoint,
  seedCommitment,
  signNote,
} from '../log/index.ts';
import type { DaySeed } from '../records/index.ts';
import type { DummyDay } from './bundle.ts';
import { checkDummies } from './check-dummies.ts';
import { checkShownReceipts } from './check-receipts.ts';
import { logKeyOf } from './receipt.ts';

/** The records of a played tender, logged anew among dummies; everything else of its bundle stays as it is. */
const vector = await readVector('v1');
const trust = { ...vector.trust, dummies: true };
const logKey = logKeyOf(trust);

interface Leaf {
  readonly hash: string;
  readonly type: string;
  readonly blind: string;
}
interface Proofs {
  readonly leaves: readonly (Leaf & { readonly index: number; readonly proof: readonly string[] })[];
}
const old = (JSON.parse(vector.bundle.bytes('log/proofs.json').toString()) as Proofs).leaves;
const inOrder: readonly Leaf[] = [...old].sort((a, b) => a.index - b.index);
const bid = vector.expected.bids['absent'] ?? '';
const kept = (c: string) => (leaf: Leaf) => leaf.hash !== c;

const seedOf = (day: number): Uint8Array => new Uint8Array(32).fill(day + 1);
const promiseOf = (number: number): Leaf & { readonly record: DaySeed } => {
  const commitment = b64u.encode(seedCommitment(seedOf(number)));
  const record: DaySeed = { type: 'day-seed', origin: trust.origin, number, commitment };
  return { record, type: 'day-seed', hash: hashText('day-seed', record), blind: seedText(100 + number) };
};
const seedText = (n: number): string => b64u.encode(new Uint8Array(32).fill(n));

/** Batches of three with one record each, ten batches a day; a tree that a platform could have signed. */
class Log {
  readonly entries: Uint8Array[] = [];
  readonly places = new Map<string, { leaf: Leaf; index: number }>();
  readonly days: { first: number; until: number }[] = [];

  constructor(records: readonly Leaf[], strange: ReadonlyMap<number, Uint8Array> = new Map()) {
    for (const number of [0, 1, 2]) this.add(promiseOf(number));
    for (const [at, leaf] of records.entries()) {
      const number = Math.floor(at / 10);
      if (at % 10 === 0) this.days.push({ first: this.entries.length, until: this.entries.length });
      if (at % 10 === 0 && number > 0) this.add(promiseOf(number + 2));
      for (let place = 0; place < 3; place++)
        if (place === at % 3) this.add(leaf);
        else {
          const index = this.entries.length;
          this.entries.push(strange.get(index) ?? dummyEntry(seedOf(number), index));
        }
      const day = this.days[number];
      if (day) day.until = this.entries.length;
    }
  }

  private add(leaf: Leaf): void {
    this.places.set(leaf.hash, { leaf, index: this.entries.length });
    this.entries.push(blindedLeaf(b64u.decode(leaf.hash), b64u.decode(leaf.blind)));
  }

  get hashes(): Uint8Array[] {
    return this.entries.map(leafHash);
  }

  checkpoint(): string {
    const text = checkpointText({
      origin: trust.origin,
      size: this.entries.length,
      root: merkleRoot(this.hashes),
    });
    return signNote(text, [{ name: logKey.name, secret: vector.logSecret }]);
  }

  accountOf(number: number): DummyDay {
    const { first, until } = this.days[number] ?? { first: 0, until: 0 };
    const before = new CompactTree();
    for (const hash of this.hashes.slice(0, first)) before.append(hash);
    const proof = until === this.entries.length ? [] : consistencyProof(this.hashes, until);
    const records = [...this.places.values()]
      .filter(({ index }) => index >= first && index < until)
      .sort((a, b) => a.index - b.index)
      .map(({ index }) => ({ index, entry: b64u.encode(this.entries[index] ?? new Uint8Array()) }));
    return {
      record: promiseOf(number).record,
      seed: b64u.encode(seedOf(number)),
      first,
      until,
      records,
      nodes: before.nodes.map(b64u.encode),
      proof: proof.map(b64u.encode),
    };
  }

  /** What the platform gives out of it. */
  bundle(change: (days: DummyDay[]) => DummyDay[] = (days) => days): BundleEditor {
    const close = [...this.places.values()].find(({ leaf }) => leaf.type === 'close')?.index ?? 0;
    const days = this.days.map((_, number) => this.accountOf(number)).filter(({ first }) => first <= close);
    const leaves = [...this.places.values()].map(({ leaf: { hash, type, blind }, index }) => {
      const proof = inclusionProof(this.hashes, index).map(b64u.encode);
      return { hash, type, blind, index, proof };
    });
    return vector.bundle
      .copy()
      .set('log/checkpoint', Buffer.from(this.checkpoint()))
      .edit<object>('log/proofs.json', (proofs) => ({ ...proofs, leaves }))
      .set('log/dummies.json', Buffer.from('{}'))
      .edit('log/dummies.json', () => ({ type: 'dummies', days: change(days) }));
  }
}

const find = async (bundle: BundleEditor, pinned = trust) =>
  await findingsOf(bundle, pinned, (v) => checkDummies(v, openCheckpoint(v.evidence.checkpoint, logKey)));
const linesOf = async (bundle: BundleEditor): Promise<readonly string[]> => (await find(bundle)).lines;

const honest = new Log(inOrder);
/** Changes the account of the day in which the bid's leaf stands. */
const dayOfBid = (log: Log): number => {
  const index = log.places.get(bid)?.index ?? -1;
  return log.days.findIndex(({ first, until }) => index >= first && index < until);
};
const withDay =
  (number: number, change: (day: DummyDay) => DummyDay) =>
  (days: DummyDay[]): DummyDay[] =>
    days.map((day) => (day.record.number === number ? change(day) : day));
const number = dayOfBid(honest);

describe('the dummies of a log that hides nothing', () => {
  it('are accounted for, every one', async () => {
    const { lines, states } = await find(honest.bundle());
    expect(lines).toEqual([]);
    expect(states['V06']).toBe('holds');
    expect(honest.days.length).toBeGreaterThan(2);
    expect(number).toBeGreaterThanOrEqual(0);
  });

  it('wait for the seed of a day on which another tender still takes bids', async () => {
    const kept = honest.bundle(
      withDay(number, (day) => ({ ...day, seed: null, records: [], nodes: [], proof: [] })),
    );
    const { lines, states } = await find(kept);
    expect(lines).toEqual([]);
    expect(states['V06']).toBe('pending');
  });

  it('are absent where the log has none, and missed where it says that it has', async () => {
    const plain = vector.bundle.copy();
    expect((await find(plain, vector.trust)).states['V06']).toBe('absent');
    expect(await linesOf(plain)).toEqual(['V06 EVIDENCE.MISSING log/dummies.json bundle']);
  });
});

describe('a bid that is passed off as a dummy', () => {
  it('is found where the list of records leaves it out: the seed gives another leaf there', async () => {
    const forged = honest.bundle(
      withDay(number, (day) => {
        const index = honest.places.get(bid)?.index;
        return { ...day, records: day.records.filter((record) => record.index !== index) };
      }),
    );
    expect(await linesOf(forged)).toEqual([`V06 EVIDENCE.DUMMIES log/dummies.json#${number} platform`]);
  });

  it('is found where a leaf that follows from no seed is called a dummy', async () => {
    const place = honest.entries.findIndex(
      (_, index) => index > 40 && ![...honest.places.values()].some((leaf) => leaf.index === index),
    );
    const log = new Log(inOrder, new Map([[place, blindedLeaf(new Uint8Array(32), new Uint8Array(32))]]));
    const day = log.days.findIndex(({ until }) => place < until);
    expect(await linesOf(log.bundle())).toEqual([`V06 EVIDENCE.DUMMIES log/dummies.json#${day} platform`]);
  });

  it('is found by its bidder in a second history that holds a dummy in its place', async () => {
    const index = honest.places.get(bid)?.index ?? 0;
    const { leaf } = honest.places.get(bid) ?? {};
    const receipt = vector.receipts.bids.find(({ arrival }) => arrival.record.subject === bid);
    if (!leaf || !receipt?.log) throw new Error('the vector has no receipt of the bid');
    const proof = inclusionProof(honest.hashes, index).map(b64u.encode);
    const log = { ...receipt.log, index, blind: leaf.blind, checkpoint: honest.checkpoint(), proof };
    // The same records but the bid: another one's leaf, and from there on dummies, at its place.
    const second = new Log([...inOrder.filter(kept(bid)), { ...leaf, hash: seedText(9), type: 'commit' }]);
    const { lines } = await findingsOf(
      second.bundle(),
      trust,
      (v) => checkDummies(v, openCheckpoint(v.evidence.checkpoint, logKey)),
      (v) => checkShownReceipts(v, [{ ...receipt, log }]),
    );
    expect(lines).toContain(`V06 EVIDENCE.CALLED_DUMMY receipt of ${bid} platform`);
  });

  it('blames nobody for a place that the log never signed for', async () => {
    const receipt = vector.receipts.bids.find(({ arrival }) => arrival.record.subject === bid);
    if (!receipt?.log) throw new Error('the vector has no receipt of the bid');
    const log = { ...receipt.log, index: receipt.log.index + 1 };
    const { lines } = await findingsOf(honest.bundle(), trust, (v) =>
      checkShownReceipts(v, [{ ...receipt, log }]),
    );
    expect(lines).toEqual([`V05 LOG.CHECKPOINT receipt of ${bid} bundle`]);
  });

  it('is found where the file opens its leaf otherwise than the log', async () => {
    const forged = honest.bundle().edit<Proofs>('log/proofs.json', (proofs) => ({
      ...proofs,
      leaves: proofs.leaves.map((leaf) => (leaf.hash === bid ? { ...leaf, blind: seedText(7) } : leaf)),
    }));
    expect(await linesOf(forged)).toEqual([`V06 EVIDENCE.CALLED_DUMMY ${bid} platform`]);
  });
});

describe('an account of dummies that was made to fit', () => {
  const day = (n: number): string => `log/dummies.json#${n}`;
  const close = [...honest.places.values()].find(({ leaf }) => leaf.type === 'close')?.index ?? 0;
  const last = honest.days.findLastIndex(({ first }) => first <= close);
  const rows: [string, (days: DummyDay[]) => DummyDay[], ...string[]][] = [
    [
      'another seed than the promised one',
      withDay(1, (one) => ({ ...one, seed: seedText(77) })),
      `V06 EVIDENCE.SEED ${day(1)} platform`,
    ],
    [
      'a seed of another log',
      withDay(1, (one) => ({ ...one, record: { ...one.record, origin: 'another.example/log' } })),
      `V06 EVIDENCE.SEED_LATE ${day(1)} platform`,
    ],
    [
      'a dummy counted as a record',
      withDay(1, (one) => {
        const free = one.records[0]?.index === one.first ? one.first + 1 : one.first;
        const records = [...one.records, { index: free, entry: b64u.encode(dummyEntry(seedOf(1), free)) }];
        return { ...one, records: records.sort((a, b) => a.index - b.index) };
      }),
      `V06 EVIDENCE.DUMMIES ${day(1)} platform`,
    ],
    [
      'a record named twice',
      withDay(1, (one) => ({ ...one, records: [...one.records, ...one.records.slice(-1)] })),
      `V06 EVIDENCE.DUMMIES ${day(1)} platform`,
    ],
    [
      'subtrees of another tree',
      withDay(1, (one) => ({ ...one, nodes: one.nodes.slice(1) })),
      `V06 EVIDENCE.DUMMIES ${day(1)} platform`,
    ],
    [
      'a day that is left out',
      (days) => days.filter(({ record }) => record.number !== 1),
      'V06 EVIDENCE.DUMMY_DAYS log/dummies.json platform',
    ],
    [
      'a last day that is left out',
      (days) => days.slice(0, -1),
      'V06 EVIDENCE.DUMMY_DAYS log/dummies.json platform',
    ],
    [
      'a day that no log could hold',
      (days) => days.map((one, at) => (at < days.length - 1 ? one : { ...one, until: 2 ** 52 })),
      `V06 EVIDENCE.DUMMIES ${day(last)} platform`,
    ],
    ['no day at all', () => [], 'V06 EVIDENCE.DUMMY_DAYS log/dummies.json platform'],
  ];
  it.each(rows.map(([name, change, ...found]) => ({ name, change, found })))(
    'shows in $name',
    async ({ change, found }) => {
      expect(await linesOf(honest.bundle(change))).toEqual(found);
    },
  );

  it('shows in a seed that was promised on the day before its use, or on the day itself', async () => {
    const late = honest.bundle().edit<Proofs>('log/proofs.json', (proofs) => ({
      ...proofs,
      leaves: proofs.leaves.map((leaf) =>
        leaf.hash === promiseOf(1).hash ? { ...leaf, index: honest.days[0]?.first ?? 0 } : leaf,
      ),
    }));
    expect(await linesOf(late)).toContain(`V06 EVIDENCE.SEED_LATE ${day(1)} platform`);
  });
});
