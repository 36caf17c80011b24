import {
  closedBy,
  itFinds,
  later,
  LOT,
  OTHER,
  readVector,
  recordOf,
  resign,
  signedBy,
} from '../../../../test/support/evidence-forger.ts';
import type { Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { hashText, signRecord } from '../encoding/index.ts';
import type {
  AcceptedBid,
  ArrivalReceipt,
  Close,
  CloseAdd,
  Commit,
  StoredReceipt,
} from '../records/index.ts';
import { checkBids } from './check-bids.ts';
import { checkIntake } from './check-intake.ts';

/** An operator with the platform's keys, who would like one bid to be in, out, earlier or later. */
const vector = await readVector();
const { signers } = vector;
const { bids } = vector.expected;

type BidName = 'better' | 'revealing' | 'absent' | 'replaced' | 'withdrawn';

const close = closedBy(vector);
const accepted = (name: BidName, change: Partial<AcceptedBid>): Forge =>
  close((one) => ({
    ...one,
    accepted: one.accepted.map((bid) => (bid.c === bids[name] ? { ...bid, ...change } : bid)),
  }));
type Move = Close['moves'][number];
const moves = (change: (move: Move) => Move, from: BidName = 'withdrawn'): Forge =>
  close((one) => ({
    ...one,
    moves: one.moves.map((move) => (move.move.record.from === bids[from] ? change(move) : move)),
  }));
const moveRecord = (change: Partial<Move['move']['record']>, from?: BidName): Forge =>
  moves((one) => ({ ...one, move: { ...one.move, record: { ...one.move.record, ...change } } }), from);
const arrival = (name: BidName, change: Partial<ArrivalReceipt>): Forge =>
  signedBy<ArrivalReceipt>(
    `arrivals/${bids[name]}.json`,
    'receipt-arrival',
    signers.receipt,
  )((one) => ({ ...one, ...change }));
const stored = (name: BidName, change: (one: StoredReceipt) => StoredReceipt): Forge =>
  signedBy<StoredReceipt>(`stored/${bids[name]}.json`, 'receipt-stored', signers.receipt)(change);
const commit =
  (name: BidName, change: (one: Commit) => Commit): Forge =>
  (b) =>
    b.edit<Commit>(`commits/${bids[name]}.json`, change);
const commitOf = (b: BundleEditor, name: BidName): Commit =>
  JSON.parse(b.bytes(`commits/${bids[name]}.json`).toString()) as Commit;
const moveArrival = (b: BundleEditor): string => {
  const move = recordOf<Close>(b, 'close.json').moves.find((one) => one.move.record.from === bids.withdrawn);
  return `arrivals/${hashText('move', move?.move.record ?? {})}.json`;
};

/** Takes the absent bidder's bid out of CLOSE and adds it in the window, as an operator does who overlooked it. */
const added =
  (change: (record: CloseAdd) => CloseAdd = (one) => one, keep = false): Forge =>
  async (b) => {
    const before = recordOf<Close>(b, 'close.json');
    const bid = before.accepted.find(({ c }) => c === bids.absent);
    if (!bid) throw new Error('no such bid');
    const rest = keep ? before.accepted : before.accepted.filter((one) => one !== bid);
    await close((one) => ({ ...one, accepted: rest }))(b);
    const add: CloseAdd = {
      type: 'close-add',
      lotKeyHash: before.lotKeyHash,
      close: hashText('close', recordOf<Close>(b, 'close.json')),
      sequence: 1,
      bid,
      addedAt: later(before.closedAt, 1000),
    };
    const signed = await signRecord('close-add', change(add), [signers.platform]);
    return b.set('adds/1.json', Buffer.from('{}')).edit('adds/1.json', () => signed);
  };

const ADD = 'V07 EVIDENCE.ADD adds/1.json platform';
const CLOSE_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', (b) => b],
  ['that there is no CLOSE', (b) => b.remove('close.json'), 'V07 EVIDENCE.MISSING close.json bundle'],
  [
    'a CLOSE that the agency signed',
    close((one) => one, signers.agency),
    'V07 EVIDENCE.NOT_SIGNED_BY close.json platform',
    'V07 EVIDENCE.STRANGER_SIGNED close.json platform',
  ],
  [
    'the CLOSE of another lot',
    close((one) => ({ ...one, lotKeyHash: OTHER })),
    'V07 EVIDENCE.OTHER_LOT close.json platform',
    '…',
  ],
  [
    'a CLOSE before bids that came in time are in the log',
    close((one) => ({ ...one, closedAt: later(one.deadline, 2999) })),
    'V07 EVIDENCE.CLOSED_EARLY close.json platform',
  ],
  [
    'a window that is too short to find oneself',
    close((one) => ({ ...one, releaseAt: later(one.closedAt, 14_999) })),
    'V07 EVIDENCE.WINDOW_SHORT close.json platform',
  ],
  [
    'bids that are not in the order of arrival',
    close((one) => ({ ...one, accepted: [...one.accepted].reverse() })),
    'V07 EVIDENCE.ORDER close.json platform',
  ],
  ['nothing in a bid that was added in the window', added()],
  [
    'a bid that was added when the window was over',
    (b) => added((one) => ({ ...one, addedAt: recordOf<Close>(b, 'close.json').releaseAt }))(b),
    ADD,
  ],
  [
    'a bid that was added before CLOSE',
    (b) => added((one) => ({ ...one, addedAt: recordOf<Close>(b, 'close.json').deadline }))(b),
    ADD,
  ],
  ['an addition to another CLOSE', added((one) => ({ ...one, close: OTHER })), ADD],
  ['an addition to another lot', added((one) => ({ ...one, lotKeyHash: OTHER })), ADD],
  ['an addition out of its sequence', added((one) => ({ ...one, sequence: 2 })), ADD],
  [
    'a bid that was accepted and added',
    added(undefined, true),
    'V07 EVIDENCE.ACCEPTED_TWICE close.json platform',
  ],
  [
    'a late bid among the accepted',
    (b) => accepted('better', { storedAt: recordOf<Close>(b, 'close.json').deadline })(b),
    'V07 EVIDENCE.LATE_ACCEPTED better platform',
    'V07 EVIDENCE.OTHER_TIME better platform',
  ],
  [
    'a bid that was moved away among the accepted',
    moveRecord({ from: bids.revealing }),
    'V07 EVIDENCE.MOVED_ACCEPTED revealing platform',
    '…',
  ],
  [
    'a bid that was dropped',
    close((one) => ({ ...one, accepted: one.accepted.filter(({ c }) => c !== bids.absent) })),
    'V07 EVIDENCE.DROPPED absent platform',
    'V07 EVIDENCE.DROPPED absent platform',
  ],
  [
    'another time of arrival than the bidder was told',
    (b) =>
      accepted('absent', {
        arrivedAt: later(recordOf<Close>(b, 'close.json').accepted[1]?.arrivedAt ?? '', -1),
      })(b),
    'V07 EVIDENCE.OTHER_TIME absent platform',
  ],
  [
    'a bid refused as late that was not',
    close((one) => ({
      ...one,
      refused: one.refused.map((r) => ({ ...r, arrivedAt: later(one.deadline, -1) })),
    })),
    'V07 EVIDENCE.NOT_LATE late platform',
  ],
];

const RECEIPT_ROWS: readonly ForgeryRow[] = [
  [
    'a bid without its commitment',
    (b) => b.remove(`commits/${bids.absent}.json`),
    'V07 EVIDENCE.NO_COMMIT absent platform',
    'V07 EVIDENCE.OTHER_STRUCTURE stored/absent.json platform',
  ],
  [
    'a bid without a receipt of its arrival',
    (b) => b.remove(`arrivals/${bids.absent}.json`),
    'V07 EVIDENCE.NO_RECEIPT absent platform',
    'V08 EVIDENCE.MISSING tokens/$ bundle',
  ],
  [
    'a bid without a receipt of its storage',
    (b) => b.remove(`stored/${bids.absent}.json`),
    'V07 EVIDENCE.NO_STORED_RECEIPT absent platform',
  ],
  [
    'a receipt of another lot',
    arrival('absent', { lot: LOT }),
    'V07 EVIDENCE.OTHER_LOT arrivals/absent.json platform',
    'V08 TIMESTAMP.HASH_DIFFERS absent platform',
  ],
  [
    'a receipt under another lot’s key',
    arrival('absent', { lotKeyHash: OTHER }),
    'V07 EVIDENCE.OTHER_LOT arrivals/absent.json platform',
    '…',
  ],
  [
    'a receipt under another bid’s name',
    arrival('absent', { subject: OTHER }),
    'V21 EVIDENCE.NAME arrivals/absent.json bundle',
    '…',
  ],
  [
    'the receipt of a bid that CLOSE does not know',
    async (b) => {
      const signed = await signRecord(
        'receipt-arrival',
        { ...recordOf<ArrivalReceipt>(b, `arrivals/${bids.absent}.json`), subject: OTHER },
        [signers.receipt],
      );
      return b.set(`arrivals/${OTHER}.json`, Buffer.from('{}')).edit(`arrivals/${OTHER}.json`, () => signed);
    },
    'V07 EVIDENCE.DROPPED $ platform',
  ],
  [
    'a storage receipt under another bid’s name',
    stored('absent', (one) => ({ ...one, c: bids.better })),
    'V21 EVIDENCE.NAME stored/absent.json bundle',
    '…',
  ],
  [
    'a storage receipt of other envelopes',
    stored('absent', (one) => ({ ...one, envelopes: one.envelopes.slice(1) })),
    'V07 EVIDENCE.OTHER_STRUCTURE stored/absent.json platform',
  ],
  [
    'a storage receipt that says late of what was in time',
    stored('absent', (one) => ({ ...one, inTime: false })),
    'V07 EVIDENCE.OTHER_TIME stored/absent.json platform',
  ],
  [
    'another time of storage than the bidder was told',
    stored('absent', (one) => ({ ...one, storedAt: later(one.storedAt, 1) })),
    'V07 EVIDENCE.OTHER_TIME absent platform',
  ],
];

const MOVE_ROWS: readonly ForgeryRow[] = [
  [
    'a move of a bid that nobody sees',
    (b) => b.remove(`commits/${bids.withdrawn}.json`),
    'V07 EVIDENCE.OTHER_STRUCTURE stored/withdrawn.json platform',
    'V07 EVIDENCE.NO_COMMIT move of withdrawn platform',
  ],
  [
    'a withdrawal that its bidder did not sign',
    moves((one) => ({ ...one, move: { ...one.move, sig: 'A'.repeat(86) } })),
    'V07 EVIDENCE.MOVE_SIGNATURE move of withdrawn platform',
  ],
  [
    'a withdrawal after the deadline',
    (b) => moves((one) => ({ ...one, arrivedAt: recordOf<Close>(b, 'close.json').deadline }))(b),
    'V07 EVIDENCE.MOVED_LATE move of withdrawn platform',
    '…',
  ],
  [
    'a withdrawal of a bid for another lot',
    moveRecord({ lotKeyHash: OTHER }),
    'V07 EVIDENCE.OTHER_LOT move of withdrawn platform',
    'V07 EVIDENCE.NO_RECEIPT move of withdrawn platform',
    '…',
  ],
  [
    'a bid that was moved twice',
    close((one) => ({ ...one, moves: [...one.moves, ...one.moves.slice(0, 1)] })),
    'V07 EVIDENCE.MOVED_TWICE move of replaced platform',
  ],
  [
    'a bid that takes its own place',
    moveRecord({ to: bids.withdrawn }),
    'V07 EVIDENCE.MOVE_SEQUENCE move of withdrawn platform',
    '…',
  ],
  [
    'a replacement by what was never stored',
    moveRecord({ to: OTHER }),
    'V07 EVIDENCE.MOVED_TO_NOTHING move of withdrawn platform',
    '…',
  ],
  [
    'a move that its bidder has no receipt of',
    (b) => b.remove(moveArrival(b)),
    'V07 EVIDENCE.NO_RECEIPT move of withdrawn platform',
    'V08 EVIDENCE.MISSING tokens/$ bundle',
  ],
  [
    'the receipt of a move of another bid',
    (b) =>
      resign<ArrivalReceipt>(b, moveArrival(b), 'receipt-arrival', [signers.receipt], (one) => ({
        ...one,
        from: bids.better,
      })),
    'V07 EVIDENCE.OTHER_MOVE move of withdrawn platform',
    'V08 TIMESTAMP.HASH_DIFFERS $ platform',
  ],
];

const TOKEN_OF = (b: BundleEditor): string =>
  recordOf<Close>(b, 'close.json').accepted.find(({ c }) => c === bids.absent)?.token ?? '';
const TOKEN_ROWS: readonly ForgeryRow[] = [
  [
    'a missing time stamp',
    (b) => b.remove(`tokens/${TOKEN_OF(b)}.tst`),
    'V08 EVIDENCE.MISSING tokens/$ bundle',
  ],
  [
    'the time stamp of another receipt',
    (b) => accepted('better', { token: TOKEN_OF(b) })(b),
    'V08 TIMESTAMP.HASH_DIFFERS better platform',
  ],
  [
    'an arrival that is set after its own time stamp',
    (b) => accepted('absent', { arrivedAt: later(recordOf<Close>(b, 'close.json').deadline, -1) })(b),
    'V08 EVIDENCE.CLOCKS_APART absent platform',
    '…',
  ],
  [
    'time stamps from after the list that names them',
    close((one) => ({ ...one, releaseAt: later(one.accepted[0]?.arrivedAt ?? '', -10_000) })),
    ...['revealing', 'absent', 'better', '$', '$'].map((c) => `V08 EVIDENCE.STAMPED_LATE ${c} platform`),
    '…',
  ],
];

const DEALING_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', (b) => b],
  [
    'a dealing that does not open to its commitment',
    commit('absent', (one) => ({
      ...one,
      dealings: one.dealings.map((dealing) => ({ ...dealing, r: [...dealing.r].reverse() })),
    })),
    ...[0, 1, 2].map(() => 'V09 DEALING.SHAPE absent platform'),
  ],
  [
    'a bid without one of the dealings that the key asks for',
    commit('absent', (one) => ({ ...one, dealings: one.dealings.slice(1) })),
    'V09 EVIDENCE.OTHER_STRUCTURE $ platform',
  ],
  [
    'a withdrawal of everything that has contents too',
    commit('absent', (one) => ({ ...one, withdraw: 'all' })),
    'V09 EVIDENCE.OTHER_STRUCTURE $ platform',
  ],
  [
    'a copy of a rival’s bid',
    (b) => commit('absent', () => commitOf(b, 'better'))(b),
    ...['NONCE', 'KEY'].map((kind) => `V10 EVIDENCE.DUPLICATE_${kind} better platform`),
    ...['DEALING', 'DEALING', 'DEALING'].map((kind) => `V10 EVIDENCE.DUPLICATE_${kind} better platform`),
    ...['ROOT', 'ROOT', 'ROOT'].map((kind) => `V10 EVIDENCE.DUPLICATE_${kind} better platform`),
    '…',
  ],
];

describe('the list of bids: the verifier finds', () => itFinds(vector, checkIntake, CLOSE_ROWS));
describe('the receipts: the verifier finds', () => itFinds(vector, checkIntake, RECEIPT_ROWS));
describe('replacing and withdrawing: the verifier finds', () => itFinds(vector, checkIntake, MOVE_ROWS));
describe('time stamps: the verifier finds', () => itFinds(vector, checkIntake, TOKEN_ROWS));
describe('the bids themselves: the verifier finds', () => itFinds(vector, checkBids, DEALING_ROWS));
