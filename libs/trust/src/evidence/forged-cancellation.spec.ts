import {
  findingsOf,
  foundBy,
  later,
  listed,
  readVector,
  recordOf,
  rowsOf,
} from '../../../../test/support/evidence-forger.ts';
import type { EvidenceVector, Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import { hashText, signRecord } from '../encoding/index.ts';
import type { Signer } from '../pki/signer.ts';
import type { Cancellation, LotKey, Notice } from '../records/index.ts';
import { checkCancellation } from './check-cancellation.ts';
import { checkLot } from './check-lot.ts';

let vector: EvidenceVector;
let signers: EvidenceVector['signers'];
beforeAll(async () => {
  vector = await readVector('v1');
  ({ signers } = vector);
});

const OTHER = 'A'.repeat(43);
const LOT = '00000000-0000-4000-8000-000000000000';
const same = <T>(record: T): T => record;

describe('a cancelled tender', () => {
  const HIDDEN =
    /^(close|record|report|publicity|award)\.json$|^(commits|arrivals|stored|shares|sealed-shares|reveals|destroyed|envelopes|tokens|deadlines)\//;
  const cancelled =
    (change: (record: Cancellation) => Cancellation = same, by?: readonly Signer[]): Forge =>
    async (b) => {
      const record: Cancellation = {
        type: 'cancellation',
        lot: vector.expected.lot,
        notice: hashText('notice', recordOf<Notice>(b, 'notices/1.json')),
        lotKeyHash: hashText('lotkey', recordOf<LotKey>(b, 'lotkey.json')),
        reason: '招标条件变化',
        article: '条例31',
        cancelledAt: later(recordOf<Notice>(b, 'notices/1.json').deadline, -1000),
      };
      const signed = await signRecord('cancellation', change(record), by ?? [signers.agency]);
      return b
        .remove(HIDDEN)
        .set('cancellation.json', Buffer.from('{}'))
        .edit('cancellation.json', () => signed);
    };
  const rows: readonly ForgeryRow[] = [
    ['is whole without any bid', (b) => cancelled()(b)],
    ['may be ended by the tenderee', (b) => cancelled(same, [signers.tenderee])(b)],
    [
      'is not ended by the notary',
      (b) => cancelled(same, [signers.notary])(b),
      'V02 EVIDENCE.NOT_SIGNED_BY cancellation.json agency',
      'V02 EVIDENCE.STRANGER_SIGNED cancellation.json agency',
    ],
    [
      'is this lot',
      (b) => cancelled((one) => ({ ...one, lot: LOT }))(b),
      'V02 EVIDENCE.OTHER_LOT cancellation.json agency',
    ],
    [
      'is of the newest notice',
      (b) => cancelled((one) => ({ ...one, notice: OTHER }))(b),
      'V02 EVIDENCE.OTHER_NOTICE cancellation.json agency',
    ],
    [
      'has the key that the lot had',
      (b) => cancelled((one) => ({ ...one, lotKeyHash: null }))(b),
      'V02 EVIDENCE.OTHER_LOT cancellation.json agency',
    ],
    [
      'is not ended once prices could be known',
      (b) => cancelled((one) => ({ ...one, cancelledAt: later(one.cancelledAt, 1000) }))(b),
      'V02 EVIDENCE.CANCELLED_LATE cancellation.json agency',
    ],
    [
      'shows no bid of anybody',
      async (b) => {
        const path = b.paths.find((one) => one.startsWith('envelopes/')) ?? '';
        const bytes = b.bytes(path);
        return (await cancelled()(b)).set(path, bytes);
      },
      'V17 EVIDENCE.OPENED_TOO_MUCH cancellation.json platform',
    ],
  ];
  it.each(rowsOf(rows))('$name', async ({ forge, finds }) => {
    expect(await foundBy(vector, checkCancellation, forge)).toEqual(listed(finds));
  });

  it('needs no key where it had none', async () => {
    const bundle = await cancelled((one) => ({ ...one, lotKeyHash: null }))(vector.bundle.copy());
    const { lines, states } = await findingsOf(
      bundle.remove('lotkey.json', 'journal.json'),
      vector.trust,
      checkLot,
      checkCancellation,
    );
    expect(lines).toEqual([]);
    expect(states).toMatchObject({ V02: 'holds', V07: 'absent', V16: 'absent' });
  });

  it('is measured by the deadline that was moved, where it was', async () => {
    const bundle = vector.bundle.copy();
    const moved = bundle.bytes('deadlines/1.json');
    const late = await cancelled((one) => ({ ...one, cancelledAt: later(one.cancelledAt, 1500) }))(bundle);
    const { lines } = await findingsOf(late.set('deadlines/1.json', moved), vector.trust, checkCancellation);
    expect(lines).toEqual([]);
  });
});
