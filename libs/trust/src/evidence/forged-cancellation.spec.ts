import {
  findingsOf,
  itFinds,
  later,
  LOT,
  OTHER,
  readVector,
  recordOf,
  same,
} from '../../../../test/support/evidence-forger.ts';
import type { Forge, ForgeryRow } from '../../../../test/support/evidence-forger.ts';
import { hashText, signRecord } from '../encoding/index.ts';
import type { Signer } from '../pki/signer.ts';
import type { Cancellation, LotKey, Notice } from '../records/index.ts';
import { checkCancellation } from './check-cancellation.ts';
import { checkLot } from './check-lot.ts';

const vector = await readVector();
const { signers } = vector;

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
    ['is whole without any bid', cancelled()],
    ['may be ended by the tenderee', cancelled(same, [signers.tenderee])],
    [
      'is not ended by the notary',
      cancelled(same, [signers.notary]),
      'V02 EVIDENCE.NOT_SIGNED_BY cancellation.json agency',
      'V02 EVIDENCE.STRANGER_SIGNED cancellation.json agency',
    ],
    [
      'is this lot',
      cancelled((one) => ({ ...one, lot: LOT })),
      'V02 EVIDENCE.OTHER_LOT cancellation.json agency',
    ],
    [
      'is of the newest notice',
      cancelled((one) => ({ ...one, notice: OTHER })),
      'V02 EVIDENCE.OTHER_NOTICE cancellation.json agency',
    ],
    [
      'has the key that the lot had',
      cancelled((one) => ({ ...one, lotKeyHash: null })),
      'V02 EVIDENCE.OTHER_LOT cancellation.json agency',
    ],
    [
      'is not ended once prices could be known',
      cancelled((one) => ({ ...one, cancelledAt: later(one.cancelledAt, 1000) })),
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
  itFinds(vector, checkCancellation, rows);

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
