import {
  closedBy,
  findingsOf,
  itFinds,
  later,
  LOT,
  OTHER,
  readVector,
  recordOf,
  signedBy,
} from '../../../../test/support/evidence-forger.ts';
import type { Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { b64u, hashText, sha256 } from '../encoding/index.ts';
import type { Award, Close, EvaluationReport, OpeningRecord, Publicity } from '../records/index.ts';
import type { LogProofs } from './bundle.ts';
import { checkAward } from './check-award.ts';
import { checkWhole } from './check-whole.ts';

/** An agency that would like another winner, and a platform that would like another order of things. */
const vector = await readVector();
const { signers } = vector;
const { bids } = vector.expected;

const report = signedBy<EvaluationReport>('report.json', 'evaluation-report', signers.agency);
const publicity = signedBy<Publicity>('publicity.json', 'publicity', signers.agency);
const award = signedBy<Award>('award.json', 'award', signers.agency);
const close = closedBy(vector);

/** What follows from a changed report: the agency would have published its candidates by that one. */
const REPORT = 'V20 EVIDENCE.OTHER_REPORT publicity.json agency';
const AWARD_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', (b) => b],
  ['nothing where there is no award yet', (b) => b.remove('award.json')],
  ['nothing where no candidates are public yet', (b) => b.remove('award.json', 'publicity.json')],
  ['nothing where there is no report yet', (b) => b.remove('award.json', 'publicity.json', 'report.json')],
  [
    'an award without a report',
    (b) => b.remove('report.json'),
    'V20 EVIDENCE.OUT_OF_ORDER publicity bundle',
    'V20 EVIDENCE.OUT_OF_ORDER award bundle',
  ],
  [
    'an award without publicity',
    (b) => b.remove('publicity.json'),
    'V20 EVIDENCE.OUT_OF_ORDER award.json agency',
  ],
  [
    'a report that the agency did not sign',
    report((one) => one, signers.tenderee),
    'V19 EVIDENCE.NOT_SIGNED_BY report.json agency',
    'V19 EVIDENCE.STRANGER_SIGNED report.json agency',
  ],
  [
    'the report of another lot',
    report((one) => ({ ...one, lot: LOT })),
    'V20 EVIDENCE.OTHER_LOT report.json agency',
    REPORT,
  ],
  [
    'a report from before the opening',
    (b) =>
      report((one) => ({
        ...one,
        reportedAt: later(recordOf<OpeningRecord>(b, 'record.json').finishedAt, -1),
      }))(b),
    'V20 EVIDENCE.OUT_OF_ORDER report.json agency',
    REPORT,
  ],
  [
    'a report on another opening',
    report((one) => ({ ...one, openingRecord: OTHER })),
    'V20 EVIDENCE.OTHER_RECORD report.json agency',
    REPORT,
  ],
  [
    'another method than the published one',
    report((one) => ({ ...one, method: { ...one.method, lateDayBasisPoints: 11 } })),
    'V20 EVIDENCE.OTHER_METHOD report.json agency',
    REPORT,
  ],
  [
    'wrong arithmetic in the evaluation',
    report((one) => ({ ...one, bids: one.bids.map((bid) => ({ ...bid, evaluatedPrice: '1.00' })) })),
    'V20 EVIDENCE.OTHER_RANKING report.json agency',
    REPORT,
  ],
  [
    'candidates in another order than the ranking',
    report((one) => ({ ...one, candidates: [...one.candidates].reverse() })),
    'V20 EVIDENCE.OTHER_RANKING report.json agency',
    REPORT,
    'V20 EVIDENCE.OTHER_CANDIDATES publicity.json agency',
  ],
  [
    'an opened bid that never arrived',
    (b) =>
      b.edit<{ record: OpeningRecord }>('record.json', ({ record, ...rest }) => ({
        ...rest,
        record: { ...record, bids: record.bids.map((bid, at) => (at === 0 ? { ...bid, c: OTHER } : bid)) },
      })),
    'V20 EVIDENCE.OTHER_RECORD report.json agency',
    'V20 EVIDENCE.UNKNOWN_BID report.json agency',
    '…',
  ],
  [
    'the publicity of another lot',
    publicity((one) => ({ ...one, lot: LOT })),
    'V20 EVIDENCE.OTHER_LOT publicity.json agency',
    'V20 EVIDENCE.OTHER_PUBLICITY award.json agency',
  ],
  [
    'publicity that began before the report',
    (b) =>
      publicity((one) => ({
        ...one,
        from: later(recordOf<EvaluationReport>(b, 'report.json').reportedAt, -1),
      }))(b),
    'V20 EVIDENCE.OUT_OF_ORDER publicity.json agency',
    'V20 EVIDENCE.OTHER_PUBLICITY award.json agency',
  ],
  [
    'less than three days of publicity',
    publicity((one) => ({ ...one, until: later(one.from, 1499) })),
    'V20 EVIDENCE.PUBLICITY_SHORT publicity.json agency',
    'V20 EVIDENCE.OTHER_PUBLICITY award.json agency',
  ],
  [
    'a candidate at another price',
    publicity((one) => ({ ...one, candidates: one.candidates.map((c) => ({ ...c, price: '1.00' })) })),
    'V20 EVIDENCE.OTHER_CANDIDATES publicity.json agency',
    'V20 EVIDENCE.OTHER_PUBLICITY award.json agency',
    'V20 EVIDENCE.NOT_FIRST_RANK award.json agency',
  ],
  [
    'the award of another lot',
    award((one) => ({ ...one, lot: LOT })),
    'V20 EVIDENCE.OTHER_LOT award.json agency',
  ],
  [
    'an award while the candidates were still public',
    (b) =>
      award((one) => ({ ...one, awardedAt: later(recordOf<Publicity>(b, 'publicity.json').until, -1) }))(b),
    'V20 EVIDENCE.AWARDED_EARLY award.json agency',
  ],
  [
    'an award to the second',
    award((one) => ({ ...one, c: bids.absent })),
    'V20 EVIDENCE.NOT_FIRST_RANK award.json agency',
  ],
  [
    'an award at another price',
    award((one) => ({ ...one, price: '1.00' })),
    'V20 EVIDENCE.NOT_FIRST_RANK award.json agency',
  ],
  [
    'an award to the first bid under another name',
    award((one) => ({ ...one, bidder: { ...one.bidder, name: '别人' } })),
    'V20 EVIDENCE.NOT_FIRST_RANK award.json agency',
  ],
];

/** Where the forger’s log has a record; V05 finds that the real one has it elsewhere. */
const atIndex =
  (hash: (b: BundleEditor) => string, index: number): Forge =>
  (b) => {
    const wanted = hash(b);
    return b.edit<LogProofs>('log/proofs.json', (one) => ({
      ...one,
      leaves: one.leaves.map((leaf) => (leaf.hash === wanted ? { ...leaf, index } : leaf)),
    }));
  };
const logged = (type: string, path: string) => (b: BundleEditor) => hashText(type, recordOf<object>(b, path));
const storedPath = (): string => `stored/${bids.absent}.json`;

/** CLOSE itself says where the bid's leaf is, and this CLOSE is the one that is logged. */
const bidAt =
  (index: number): Forge =>
  async (b) => {
    const before = hashText('close', recordOf<Close>(b, 'close.json'));
    await close((one) => ({
      ...one,
      accepted: one.accepted.map((bid) => (bid.c === bids.absent ? { ...bid, index } : bid)),
    }))(b);
    const hash = hashText('close', recordOf<Close>(b, 'close.json'));
    return b.edit<LogProofs>('log/proofs.json', (one) => ({
      ...one,
      leaves: one.leaves.map((leaf) => (leaf.hash === before ? { ...leaf, hash } : leaf)),
    }));
  };

const WHOLE_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', (b) => b],
  [
    'an award before its publicity',
    atIndex(logged('award', 'award.json'), 34),
    'V17 EVIDENCE.OUT_OF_ORDER award.json platform',
  ],
  ['a bid before the key', bidAt(0), 'V17 EVIDENCE.OUT_OF_ORDER absent platform'],
  ['a bid after CLOSE', bidAt(40), 'V17 EVIDENCE.OUT_OF_ORDER absent platform'],
  [
    'a deadline that moved after CLOSE',
    atIndex(logged('deadline', 'deadlines/1.json'), 40),
    'V17 EVIDENCE.OUT_OF_ORDER deadlines/1.json platform',
  ],
  [
    'a bid that was whole after CLOSE',
    atIndex(logged('receipt-stored', storedPath()), 40),
    'V17 EVIDENCE.OUT_OF_ORDER stored/absent.json platform',
  ],
  [
    'a share before CLOSE',
    atIndex(logged('shares', 'shares/0-public-1.json'), 3),
    'V17 EVIDENCE.OUT_OF_ORDER shares/0-public-1.json platform',
  ],
  [
    'a share after the record, other than of the journal',
    async (b) => {
      await atIndex(logged('shares', 'shares/0-journal-1.json'), 40)(b);
      return atIndex(logged('shares', 'shares/0-public-1.json'), 41)(b);
    },
    'V17 EVIDENCE.OUT_OF_ORDER shares/0-public-1.json platform',
  ],
  [
    'a key that was gone before the record',
    atIndex(logged('key-destroyed', 'destroyed/1.json'), 3),
    'V17 EVIDENCE.OUT_OF_ORDER destroyed/1.json platform',
  ],
  [
    'a leaf that no record explains',
    (b) => b.remove('destroyed/1.json'),
    'V21 EVIDENCE.UNEXPLAINED_LEAF $ platform',
  ],
  [
    'nothing in the leaf of a bid that CLOSE refused',
    (b) =>
      b.edit<LogProofs>('log/proofs.json', (one) => ({
        ...one,
        leaves: [...one.leaves, { hash: bids.late, type: 'commit', blind: OTHER, index: 50, proof: [] }],
      })),
  ],
  [
    'a commitment under another name',
    (b) => b.set(`commits/${bids.late}.json`, b.bytes(`commits/${bids.absent}.json`)),
    'V21 EVIDENCE.NAME commits/late.json bundle',
  ],
  [
    'an arrival of nothing',
    (b) => b.set(`arrivals/${OTHER}.json`, b.bytes(`arrivals/${bids.absent}.json`)),
    'V21 EVIDENCE.UNEXPLAINED arrivals/$.json bundle',
  ],
  [
    'an envelope of nobody',
    (b) => b.set(`envelopes/${OTHER}/I.sealed`, Buffer.from('x')),
    'V21 EVIDENCE.UNEXPLAINED envelopes/$/I.sealed bundle',
  ],
  [
    'a time stamp that nothing names',
    (b) => b.set(`tokens/${b64u.encode(sha256(Buffer.from('x')))}.tst`, Buffer.from('x')),
    'V21 EVIDENCE.UNEXPLAINED tokens/$ bundle',
  ],
];

describe('the award: the verifier finds', () => {
  itFinds(vector, checkAward, AWARD_ROWS);

  it('and says which checks have no subject yet', async () => {
    const bundle = vector.bundle.copy().remove('award.json', 'publicity.json', 'report.json');
    const { states } = await findingsOf(bundle, vector.trust, checkAward);
    expect(states).toMatchObject({ V19: 'absent', V20: 'absent' });
  });
});

describe('order and completeness: the verifier finds', () => {
  itFinds(vector, checkWhole, WHOLE_ROWS);
});
