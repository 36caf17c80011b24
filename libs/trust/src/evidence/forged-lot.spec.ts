import {
  closedBy,
  findingsOf,
  itFinds,
  later,
  LOT,
  OTHER,
  readable,
  readVector,
  recordOf,
  same,
  signedBy,
} from '../../../../test/support/evidence-forger.ts';
import type { ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { b64u, sha256, signRecord } from '../encoding/index.ts';
import { checkpointText, signNote } from '../log/index.ts';
import type { DeadlineChange, JournalKey, LotKey, Notice } from '../records/index.ts';
import { checkLog } from './check-log.ts';
import { checkLot } from './check-lot.ts';
import type { LogProofs } from './bundle.ts';

/** Every forgery starts from evidence that holds, and is made by somebody whose keys the forger has. */
const vector = await readVector();
const { signers } = vector;

const notice = signedBy<Notice>('notices/1.json', 'notice', signers.agency);
const lotKey = signedBy<LotKey>('lotkey.json', 'lotkey', ...vector.trustees);
const deadline = signedBy<DeadlineChange>('deadlines/1.json', 'deadline', signers.agency, signers.regulator);
const journal = signedBy<JournalKey>('journal.json', 'journal', signers.platform);
const close = closedBy(vector);

const LOT_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', same],
  ['a lot without a notice', (b) => b.remove('notices/1.json'), 'V02 EVIDENCE.MISSING notices/1.json bundle'],
  [
    'a first notice that is not version 1',
    notice((n) => ({ ...n, version: 2 })),
    'V02 EVIDENCE.VERSION notices/1.json agency',
    'V02 EVIDENCE.OTHER_NOTICE lotkey.json platform',
  ],
  [
    'the notice of another lot',
    notice((n) => ({ ...n, lot: LOT })),
    'V02 EVIDENCE.OTHER_LOT notices/1.json bundle',
    'V02 EVIDENCE.OTHER_NOTICE lotkey.json platform',
  ],
  [
    'a clarification that changes how bids are evaluated',
    async (b) => {
      const record = recordOf<Notice>(b, 'notices/1.json');
      const method = { ...record.method, lateDayBasisPoints: 11 };
      const signed = await signRecord('notice', { ...record, version: 2, method }, [signers.agency]);
      return b.set('notices/2.json', b.bytes('notices/1.json')).edit('notices/2.json', () => signed);
    },
    'V02 EVIDENCE.NOTICE_CHANGED notices/2.json agency',
  ],
  [
    'a notice that somebody else signed',
    notice(same, signers.tenderee),
    'V02 EVIDENCE.NOT_SIGNED_BY notices/1.json agency',
    'V02 EVIDENCE.STRANGER_SIGNED notices/1.json agency',
  ],
  [
    'a notice that a stranger signed beside the agency',
    notice(same, signers.agency, signers.notary),
    'V02 EVIDENCE.STRANGER_SIGNED notices/1.json agency',
  ],
  [
    'a notice that was changed after it was signed',
    (b) =>
      b.edit<{ record: Notice }>('notices/1.json', (s) => ({ ...s, record: { ...s.record, summary: 'x' } })),
    'V02 SIGNATURE.INVALID notices/1.json agency',
    'V02 EVIDENCE.OTHER_NOTICE lotkey.json platform',
  ],
  [
    'a notice of another suite than all the rest',
    notice((n) => ({ ...n, suite: 'SM' })),
    'V02 EVIDENCE.OTHER_SUITE lotkey platform',
    'V02 EVIDENCE.OTHER_SUITE close platform',
    'V02 EVIDENCE.OTHER_SUITE commit/better platform',
    'V02 LOTKEY.SUITE lotkey.json platform',
    'V02 SIGNATURE.OTHER_SUITE notices/1.json agency',
    '…',
  ],
  [
    'a journal of another suite',
    journal((one) => ({ ...one, suite: 'SM' })),
    'V02 EVIDENCE.OTHER_SUITE journal platform',
    'V02 SIGNATURE.OTHER_SUITE journal.json platform',
    '…',
  ],
  [
    'moves of another suite',
    close((one) => ({
      ...one,
      moves: one.moves.map((each) => ({
        ...each,
        move: { ...each.move, record: { ...each.move.record, suite: 'SM' } },
      })),
    })),
    'V02 EVIDENCE.OTHER_SUITE move of replaced platform',
    'V02 EVIDENCE.OTHER_SUITE move of withdrawn platform',
  ],
  ['a lot without a key', (b) => b.remove('lotkey.json'), 'V02 EVIDENCE.MISSING lotkey.json bundle', '…'],
  [
    'a key of another lot',
    lotKey((key) => ({ ...key, lot: LOT })),
    'V02 LOTKEY.POSSESSION lotkey.json trustee-1',
    'V02 EVIDENCE.OTHER_LOT lotkey.json bundle',
    '…',
  ],
  [
    'a key of a deadline that no notice gave',
    lotKey((key) => ({ ...key, deadline: later(key.deadline, 1000) })),
    'V02 EVIDENCE.DEADLINE lotkey.json platform',
    '…',
  ],
  [
    'a key of another notice',
    lotKey((key) => ({ ...key, notice: OTHER })),
    'V02 EVIDENCE.OTHER_NOTICE lotkey.json platform',
    '…',
  ],
  [
    'waits that are shorter than published',
    lotKey((key) => ({ ...key, acceleration: { ...key.acceleration, waits: 21 } })),
    'V02 EVIDENCE.ACCELERATION lotkey.json platform',
    '…',
  ],
  [
    'periods that are shorter than published',
    lotKey((key) => ({ ...key, acceleration: { ...key.acceleration, periods: 1 } })),
    'V02 EVIDENCE.ACCELERATION lotkey.json platform',
    '…',
  ],
  [
    'a seat for another tenderee than the notice names',
    notice((n) => ({ ...n, tenderee: { ...n.tenderee, creditCode: '914400000000000099' } })),
    'V02 LOTKEY.POLICY lotkey.json platform',
    '…',
  ],
  [
    'a deadline change out of its sequence',
    deadline((one) => ({ ...one, sequence: 2 })),
    'V02 EVIDENCE.DEADLINE_CHAIN deadlines/1.json platform',
    'V02 EVIDENCE.DEADLINE close.json platform',
  ],
  [
    'a deadline that comes nearer',
    deadline((one) => ({ ...one, to: later(one.from, -1000) })),
    'V02 EVIDENCE.DEADLINE_CHAIN deadlines/1.json platform',
    'V02 EVIDENCE.DEADLINE close.json platform',
    'V02 EVIDENCE.DEADLINE close.json platform',
  ],
  [
    'a deadline change without the regulator',
    deadline(same, signers.agency),
    'V02 EVIDENCE.NOT_SIGNED_BY deadlines/1.json agency',
  ],
  [
    'a hidden deadline change',
    (b) => b.remove('deadlines/1.json'),
    'V02 EVIDENCE.DEADLINE close.json platform',
    'V02 EVIDENCE.DEADLINE close.json platform',
  ],
  ['a lot without a journal', (b) => b.remove('journal.json'), 'V02 EVIDENCE.MISSING journal.json bundle'],
  [
    'the journal of another lot',
    journal((one) => ({ ...one, lotKeyHash: OTHER })),
    'V02 EVIDENCE.OTHER_LOT journal.json platform',
    'V02 DEALING.SHAPE journal.json platform',
  ],
  [
    'a journal that the agency signed',
    journal(same, signers.agency),
    'V02 EVIDENCE.NOT_SIGNED_BY journal.json platform',
    'V02 EVIDENCE.STRANGER_SIGNED journal.json platform',
  ],
  [
    'a revocation list left out',
    (b) => b.remove(b.paths.find((path) => path.startsWith('crls/')) ?? ''),
    'V01 EVIDENCE.MISSING crls/$ bundle',
    '…',
  ],
  [
    'something that is no revocation list in its place',
    (b) => {
      const name = b64u.encode(sha256(Buffer.from('no list')));
      return close((one) => ({ ...one, crls: [...one.crls, name] }))(
        b.set(`crls/${name}.crl`, Buffer.from('no list')),
      );
    },
    'V01 CRL.MALFORMED crls/$ bundle',
  ],
];

const proofs = (change: (record: LogProofs) => LogProofs) => (b: BundleEditor) =>
  b.edit<LogProofs>('log/proofs.json', change);
const leafOf = (bundle: BundleEditor, type: string) => {
  const leaf = JSON.parse(bundle.bytes('log/proofs.json').toString()) as LogProofs;
  const found = leaf.leaves.find((one) => one.type === type);
  if (!found) throw new Error(type);
  return found;
};
const changeLeaf = (type: string, change: object) => (b: BundleEditor) => {
  const { hash } = leafOf(b, type);
  return proofs((one) => ({
    ...one,
    leaves: one.leaves.map((leaf) => (leaf.hash === hash ? { ...leaf, ...change } : leaf)),
  }))(b);
};

const LOG_ROWS: readonly ForgeryRow[] = [
  ['nothing in what is genuine', same],
  [
    'a checkpoint that another key signed',
    (b) => {
      const [origin = '', size = '', root = ''] = b.bytes('log/checkpoint').toString().split('\n');
      const text = checkpointText({ origin, size: Number(size), root: Buffer.from(root, 'base64') });
      return b.set(
        'log/checkpoint',
        Buffer.from(signNote(text, [{ name: origin, secret: new Uint8Array(32) }])),
      );
    },
    'V03 NOTE.UNSIGNED log/checkpoint platform',
  ],
  [
    'no way from CLOSE’s checkpoint to the newest',
    proofs((one) => ({ ...one, checkpoints: [] })),
    'V03 EVIDENCE.NO_CONSISTENCY_PROOF close.json bundle',
  ],
  [
    'another history behind CLOSE’s checkpoint',
    proofs((one) => ({ ...one, checkpoints: one.checkpoints.map((c) => ({ ...c, proof: [OTHER] })) })),
    'V03 EVIDENCE.INCONSISTENT log/proofs.json#16 platform',
  ],
  [
    'an earlier checkpoint that nobody signed',
    proofs((one) => ({ ...one, checkpoints: [...one.checkpoints, { text: 'x', proof: [] }] })),
    'V03 NOTE.FORM log/proofs.json# platform',
  ],
  ['a leaf with another blind', changeLeaf('notice', { blind: OTHER }), 'V05 EVIDENCE.NOT_IN_LOG $ platform'],
  ['a leaf in another place', changeLeaf('notice', { index: 1 }), 'V05 EVIDENCE.NOT_IN_LOG $ platform'],
  [
    'two leaves whose places were exchanged',
    (b) => {
      const [one, other] = [leafOf(b, 'publicity'), leafOf(b, 'award')];
      const swap = (from: typeof one) => ({ index: from.index, proof: from.proof });
      return changeLeaf('award', swap(one))(changeLeaf('publicity', swap(other))(b));
    },
    'V05 EVIDENCE.NOT_IN_LOG $ platform',
    'V05 EVIDENCE.NOT_IN_LOG $ platform',
  ],
  [
    'a record that was never logged',
    (b) => {
      const { hash } = leafOf(b, 'award');
      return proofs((one) => ({ ...one, leaves: one.leaves.filter((leaf) => leaf.hash !== hash) }))(b);
    },
    'V05 EVIDENCE.NO_INCLUSION_PROOF award.json platform',
  ],
  [
    'a record that is logged twice',
    proofs((one) => ({ ...one, leaves: [...one.leaves, ...one.leaves.slice(0, 1)] })),
    'V05 EVIDENCE.LOGGED_TWICE log/proofs.json platform',
  ],
  [
    'a bid whose leaf CLOSE puts elsewhere',
    close((one) => ({ ...one, accepted: one.accepted.map((bid) => ({ ...bid, index: 15 })) })),
    'V05 EVIDENCE.NO_INCLUSION_PROOF close.json platform',
    ...['revealing', 'absent', 'better'].map((c) => `V05 EVIDENCE.OTHER_LEAF ${c} platform`),
  ],
  [
    'a CLOSE from before some of its bids were logged',
    (b) => {
      const origin = vector.trust.origin;
      const text = checkpointText({ origin, size: 14, root: new Uint8Array(32) });
      const checkpoint = signNote(text, [{ name: origin, secret: vector.logSecret }]);
      return close((one) => ({ ...one, checkpoint }))(b);
    },
    'V03 EVIDENCE.NO_CONSISTENCY_PROOF close.json bundle',
    'V05 EVIDENCE.NO_INCLUSION_PROOF close.json platform',
    'V05 EVIDENCE.LOGGED_LATE $ platform',
  ],
  [
    'a tender that declares witnesses which the reader does not know',
    lotKey((key) => ({ ...key, q: 1 })),
    'V04 EVIDENCE.WITNESS_UNPINNED log/checkpoint platform',
    'V04 EVIDENCE.WITNESS_UNPINNED close.json platform',
    'V05 EVIDENCE.NO_INCLUSION_PROOF lotkey.json platform',
  ],
];

describe('the lot and its key: the verifier finds', () => {
  itFinds(vector, checkLot, LOT_ROWS);

  it('a signer whose certificate is under no pinned root', async () => {
    const { lines } = await findingsOf(vector.bundle.copy(), { ...vector.trust, ca: [] }, checkLot);
    expect(readable(vector, lines)).toContain('V02 EVIDENCE.NOT_SIGNED_BY notices/1.json agency');
    expect(lines.filter((line) => line.startsWith('V01 ')).length).toBeGreaterThan(0);
  });
});

describe('the log: the verifier finds', () => {
  itFinds(vector, checkLog, LOG_ROWS);

  it('the log of another origin than the pinned one', async () => {
    const trust = { ...vector.trust, origin: 'another.example/log' };
    const { lines } = await findingsOf(vector.bundle.copy(), trust, checkLog);
    expect(lines).toEqual(['V03 EVIDENCE.TRUST_FILE log/checkpoint platform']);
  });
});
