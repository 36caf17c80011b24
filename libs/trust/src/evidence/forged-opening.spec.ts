import {
  findingsOf,
  itFinds,
  later,
  LOT,
  OTHER,
  readVector,
  recordOf,
  resign,
} from '../../../../test/support/evidence-forger.ts';
import type { Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import type { Signer } from '../pki/signer.ts';
import type { Close, OpeningRecord } from '../records/index.ts';
import { checkOpening } from './check-opening.ts';

/** A platform and an agency whose record says something else than what was opened. */
const vector = await readVector();
const { signers } = vector;
const { bids } = vector.expected;

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
    record((one) => ({ ...one, lot: LOT })),
    'V16 EVIDENCE.OTHER_LOT record.json platform',
  ],
  [
    'a record under another key',
    record((one) => ({ ...one, lotKeyHash: OTHER })),
    'V16 EVIDENCE.OTHER_LOT record.json platform',
  ],
  [
    'the record of another CLOSE',
    record((one) => ({ ...one, close: OTHER })),
    'V16 EVIDENCE.OTHER_CLOSE record.json platform',
  ],
  [
    'a record of additions that nobody made',
    record((one) => ({ ...one, adds: [OTHER] })),
    'V16 EVIDENCE.OTHER_CLOSE record.json platform',
  ],
  [
    'an opening before the window was over',
    (b) => record((one) => ({ ...one, openedAt: later(recordOf<Close>(b, 'close.json').releaseAt, -1) }))(b),
    'V16 EVIDENCE.OPENED_EARLY record.json platform',
  ],
  [
    'an opening that ended before it began',
    record((one) => ({ ...one, finishedAt: later(one.openedAt, -1) })),
    'V16 EVIDENCE.OPENED_EARLY record.json platform',
  ],
  [
    'another number of bidders',
    record((one) => ({ ...one, distinctBidders: 4 })),
    'V16 EVIDENCE.DISTINCT_BIDDERS record.json platform',
  ],
  [
    'a failed opening that did not fail',
    record((one) => ({ ...one, result: 'failed' })),
    'V16 EVIDENCE.RESULT record.json platform',
  ],
  [
    'a bid in the record that CLOSE does not know',
    record((one) => ({
      ...one,
      bids: [...one.bids, ...one.bids.slice(0, 1).map((bid) => ({ ...bid, c: OTHER }))],
    })),
    'V16 EVIDENCE.OTHER_BIDS record.json platform',
  ],
  [
    'a bid that was read out twice',
    record((one) => ({ ...one, bids: [...one.bids, ...one.bids.slice(0, 1)] })),
    'V16 EVIDENCE.OTHER_BIDS record.json platform',
  ],
  [
    'a bid that was not read out',
    record((one) => ({ ...one, bids: one.bids.filter(({ c }) => c !== bids.absent) })),
    'V16 EVIDENCE.BID_MISSING absent platform',
  ],
  [
    'a standing bid that is called superseded',
    recorded('absent', { outcome: 'superseded' }),
    'V16 EVIDENCE.OTHER_OUTCOME absent platform',
  ],
  [
    'a good identity that is called invalid',
    recorded('absent', { outcome: 'invalid-identity' }),
    'V15 EVIDENCE.OTHER_OUTCOME absent platform',
  ],
  [
    'a bid that was read out under another name',
    recorded('absent', { bidder: { name: '别人', creditCode: '914400000000000199' } }),
    'V16 EVIDENCE.OTHER_BIDDER absent platform',
  ],
  [
    'a sheet that was not read out',
    recorded('absent', { sheet: null }),
    'V16 EVIDENCE.OTHER_SHEET absent platform',
  ],
  [
    'nothing to see where a bid was revoked for what only auditors can open',
    recorded('absent', { outcome: 'revoked-bidder-fault', sheet: null }),
  ],
  [
    'that the platform lost what it had given a receipt for',
    recorded('absent', { outcome: 'withdrawn-platform-fault', sheet: null }),
    'V13 EVIDENCE.BYTES_LOST absent, a committee envelope platform',
  ],
  [
    'a record that the agency did not sign',
    record((one) => one, [signers.platform]),
    'V16 EVIDENCE.NOT_SIGNED_BY record.json agency',
  ],
  [
    'a trustee in the record who sent nothing',
    record((one) => ({ ...one, trustees: one.trustees.map(({ i }) => ({ i, state: 'used' })) })),
    'V16 EVIDENCE.TRUSTEES record.json, seat 5 platform',
  ],
];

describe('the opening record: the verifier finds', () => {
  itFinds(vector, checkOpening, RECORD_ROWS);

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
