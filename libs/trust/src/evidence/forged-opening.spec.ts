import {
  findingsOf,
  foundBy,
  later,
  listed,
  readVector,
  recordOf,
  resign,
  rowsOf,
} from '../../../../test/support/evidence-forger.ts';
import type { EvidenceVector, Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import type { Signer } from '../pki/signer.ts';
import type { Close, OpeningRecord } from '../records/index.ts';
import { checkOpening } from './check-opening.ts';

/** A platform and an agency whose record says something else than what was opened. */
let vector: EvidenceVector;
let signers: EvidenceVector['signers'];
let bids: EvidenceVector['expected']['bids'];
beforeAll(async () => {
  vector = await readVector('v1');
  ({ signers } = vector);
  ({ bids } = vector.expected);
});

const OTHER = 'A'.repeat(43);
const LOT = '00000000-0000-4000-8000-000000000000';
type RecordedBid = OpeningRecord['bids'][number];

/** Without the statement about the key, which names the record. */
const record =
  (change: (one: OpeningRecord) => OpeningRecord, by?: readonly Signer[]): Forge =>
  (b) =>
    resign<OpeningRecord>(
      b.remove('destroyed/1.json'),
      'record.json',
      'opening-record',
      by ?? [signers.platform, signers.agency],
      change,
    );
const recorded = (name: 'better' | 'absent', change: Partial<RecordedBid>): Forge =>
  record((one) => ({
    ...one,
    bids: one.bids.map((bid) => (bid.c === bids[name] ? { ...bid, ...change } : bid)),
  }));
const RECORD_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', (b) => b],
  ['that there is no record', (b) => b.remove('record.json'), 'V16 EVIDENCE.MISSING record.json bundle'],
  [
    'the record of another lot',
    (b) => record((one) => ({ ...one, lot: LOT }))(b),
    'V16 EVIDENCE.OTHER_LOT record.json platform',
  ],
  [
    'a record under another key',
    (b) => record((one) => ({ ...one, lotKeyHash: OTHER }))(b),
    'V16 EVIDENCE.OTHER_LOT record.json platform',
  ],
  [
    'the record of another CLOSE',
    (b) => record((one) => ({ ...one, close: OTHER }))(b),
    'V16 EVIDENCE.OTHER_CLOSE record.json platform',
  ],
  [
    'a record of additions that nobody made',
    (b) => record((one) => ({ ...one, adds: [OTHER] }))(b),
    'V16 EVIDENCE.OTHER_CLOSE record.json platform',
  ],
  [
    'an opening before the window was over',
    (b) => record((one) => ({ ...one, openedAt: later(recordOf<Close>(b, 'close.json').releaseAt, -1) }))(b),
    'V16 EVIDENCE.OPENED_EARLY record.json platform',
  ],
  [
    'an opening that ended before it began',
    (b) => record((one) => ({ ...one, finishedAt: later(one.openedAt, -1) }))(b),
    'V16 EVIDENCE.OPENED_EARLY record.json platform',
  ],
  [
    'another number of bidders',
    (b) => record((one) => ({ ...one, distinctBidders: 4 }))(b),
    'V16 EVIDENCE.DISTINCT_BIDDERS record.json platform',
  ],
  [
    'a failed opening that did not fail',
    (b) => record((one) => ({ ...one, result: 'failed' }))(b),
    'V16 EVIDENCE.RESULT record.json platform',
  ],
  [
    'a bid in the record that CLOSE does not know',
    (b) =>
      record((one) => ({
        ...one,
        bids: [...one.bids, ...one.bids.slice(0, 1).map((bid) => ({ ...bid, c: OTHER }))],
      }))(b),
    'V16 EVIDENCE.OTHER_BIDS record.json platform',
  ],
  [
    'a bid that was read out twice',
    (b) => record((one) => ({ ...one, bids: [...one.bids, ...one.bids.slice(0, 1)] }))(b),
    'V16 EVIDENCE.OTHER_BIDS record.json platform',
  ],
  [
    'a bid that was not read out',
    (b) => record((one) => ({ ...one, bids: one.bids.filter(({ c }) => c !== bids.absent) }))(b),
    'V16 EVIDENCE.BID_MISSING absent platform',
  ],
  [
    'a standing bid that is called superseded',
    (b) => recorded('absent', { outcome: 'superseded' })(b),
    'V16 EVIDENCE.OTHER_OUTCOME absent platform',
  ],
  [
    'a good identity that is called invalid',
    (b) => recorded('absent', { outcome: 'invalid-identity' })(b),
    'V15 EVIDENCE.OTHER_OUTCOME absent platform',
  ],
  [
    'a bid that was read out under another name',
    (b) => recorded('absent', { bidder: { name: '别人', creditCode: '914400000000000199' } })(b),
    'V16 EVIDENCE.OTHER_BIDDER absent platform',
  ],
  [
    'a sheet that was not read out',
    (b) => recorded('absent', { sheet: null })(b),
    'V16 EVIDENCE.OTHER_SHEET absent platform',
  ],
  [
    'nothing to see where a bid was revoked for what only auditors can open',
    (b) => recorded('absent', { outcome: 'revoked-bidder-fault', sheet: null })(b),
  ],
  [
    'that the platform lost what it had given a receipt for',
    (b) => recorded('absent', { outcome: 'withdrawn-platform-fault', sheet: null })(b),
    'V13 EVIDENCE.BYTES_LOST absent, a committee envelope platform',
  ],
  [
    'a record that the agency did not sign',
    (b) => record((one) => one, [signers.platform])(b),
    'V16 EVIDENCE.NOT_SIGNED_BY record.json agency',
  ],
  [
    'a trustee in the record who sent nothing',
    (b) => record((one) => ({ ...one, trustees: one.trustees.map(({ i }) => ({ i, state: 'used' })) }))(b),
    'V16 EVIDENCE.TRUSTEES record.json, seat 5 platform',
  ],
];

const table = (rows: readonly ForgeryRow[]) =>
  it.each(rowsOf(rows))('$name', async ({ forge, finds }) => {
    expect(await foundBy(vector, checkOpening, forge)).toEqual(listed(finds));
  });
describe('the opening record: the verifier finds', () => {
  table(RECORD_ROWS);

  it('says that it cannot see why a bid was revoked', async () => {
    const bundle = await recorded('absent', { outcome: 'revoked-bidder-fault', sheet: null })(
      vector.bundle.copy(),
    );
    const { states } = await findingsOf(bundle, vector.trust, checkOpening);
    expect(states).toMatchObject({ V11: 'restricted', V14: 'restricted', V16: 'restricted' });
  });

  it('asks an auditor’s bundle for what the committee saw', async () => {
    const bundle = vector.bundle
      .copy()
      .edit<object>('bundle.json', (index) => ({ ...index, audience: 'auditor' }));
    const { lines, states } = await findingsOf(bundle, vector.trust, checkOpening);
    expect(lines).toEqual(['V12 SHARE.TOO_FEW stage 1, committee platform']);
    expect(states).toMatchObject({ V11: 'holds', V13: 'holds' });
  });
});
