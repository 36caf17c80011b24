/** A tender that was ended before its deadline (终止招标, 条例31): who decided it, and that nothing was opened. */
import { hashText } from '../encoding/index.ts';
import { numbered, only } from './bundle.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import type { CheckId, FindingCode } from './report.ts';

/** Checks whose subject never comes to be. V17 and V21 are made as ever. */
const NEVER_REACHED: readonly CheckId[] = [
  'V07',
  'V08',
  'V09',
  'V10',
  'V11',
  'V12',
  'V13',
  'V14',
  'V15',
  'V16',
  'V19',
  'V20',
];

/** Kinds that show a bid, or come after the deadline. */
const NOTHING_OF = [
  'close',
  'close-add',
  'commit',
  'arrival',
  'stored',
  'shares',
  'sealed-shares',
  'opening-record',
  'key-destroyed',
  'evaluation-report',
  'publicity',
  'award',
] as const;

export function checkCancellation(v: Verification): void {
  const signed = only(v.evidence, 'cancellation');
  const first = v.notices[0]?.record;
  const last = v.notices.at(-1)?.record;
  if (!signed || !first || !last) return;
  const { record } = signed;
  const path = 'cancellation.json';
  const needed = [[first.agency.creditCode, first.tenderee.creditCode]];
  v.checkSigners('V02', path, 'cancellation', signed, {
    when: at(record.cancelledAt),
    needed,
    blame: 'agency',
  });
  const expect = (holds: boolean, code: FindingCode) => v.findings.expect(holds, 'V02', code, path, 'agency');
  expect(record.lot === v.evidence.header.lot, 'EVIDENCE.OTHER_LOT');
  expect(record.notice === hashText('notice', last), 'EVIDENCE.OTHER_NOTICE');
  expect(record.lotKeyHash === (v.lotKey && hashText('lotkey', v.lotKey)), 'EVIDENCE.OTHER_LOT');
  const deadline = numbered(v.evidence, 'deadline').at(-1)?.record.to ?? last.deadline;
  // After the deadline the bids are to be opened: nobody may end the tender once prices could be known.
  expect(at(record.cancelledAt) < at(deadline), 'EVIDENCE.CANCELLED_LATE');
  const shown = NOTHING_OF.filter((kind) => v.evidence.records[kind].size > 0);
  const sealed = shown.length === 0 && v.evidence.envelopes.size === 0;
  v.findings.expect(sealed, 'V17', 'EVIDENCE.OPENED_TOO_MUCH', path, 'platform');
  for (const id of NEVER_REACHED)
    v.findings.set(id, 'absent', `cancelled at ${record.cancelledAt} (${record.article}): bids stay sealed`);
}
