/** V17 and V21: things happened in their order, and there is nothing in the bundle that nothing explains. */
import { hashText } from '../encoding/index.ts';
import { checkNames, numbered, only } from './bundle.ts';
import { loggedRecords } from './check-log.ts';
import type { Verification } from './context.ts';

export function checkWhole(v: Verification): void {
  checkOrder(v);
  checkNames(v.evidence, v.findings);
  checkExplained(v);
}

/** The log's own order: each record after what it rests on. */
function checkOrder(v: Verification): void {
  const index = new Map(v.evidence.proofs.leaves.map((leaf) => [leaf.hash, leaf.index]));
  const place = (type: string, record: object | null | undefined): number | null =>
    record ? (index.get(hashText(type, record)) ?? null) : null;
  const chain: [string, number | null][] = [
    ['notices/1.json', place('notice', v.notices[0]?.record)],
    ['lotkey.json', place('lotkey', v.lotKey)],
    ['cancellation.json', place('cancellation', only(v.evidence, 'cancellation')?.record)],
    ['close.json', place('close', v.close)],
    ['record.json', place('opening-record', only(v.evidence, 'opening-record')?.record)],
    ['report.json', place('evaluation-report', only(v.evidence, 'evaluation-report')?.record)],
    ['publicity.json', place('publicity', only(v.evidence, 'publicity')?.record)],
    ['award.json', place('award', only(v.evidence, 'award')?.record)],
  ];
  const placed = chain.filter((entry): entry is [string, number] => entry[1] !== null);
  placed.forEach(([path, at], i) => {
    const before = placed[i - 1];
    v.findings.expect(!before || before[1] < at, 'V17', 'EVIDENCE.OUT_OF_ORDER', path, 'platform');
  });
  const [lotKey, close] = [place('lotkey', v.lotKey), place('close', v.close)];
  for (const { c, index: at } of v.accepted) {
    const between = (lotKey === null || lotKey < at) && (close === null || at < close);
    v.findings.expect(between, 'V17', 'EVIDENCE.OUT_OF_ORDER', c, 'platform');
  }
  numbered(v.evidence, 'deadline').forEach(({ record }, i) => {
    const at = place('deadline', record);
    const before = at === null || close === null || at < close;
    v.findings.expect(before, 'V17', 'EVIDENCE.OUT_OF_ORDER', `deadlines/${i + 1}.json`, 'platform');
  });
  for (const [c, { record }] of v.evidence.records.stored) {
    const at = place('receipt-stored', record);
    const before = at === null || close === null || at < close;
    v.findings.expect(before, 'V17', 'EVIDENCE.OUT_OF_ORDER', `stored/${c}.json`, 'platform');
  }
  const added = numbered(v.evidence, 'close-add').map(({ record }) => place('close-add', record) ?? 0);
  const settled = Math.max(close ?? 0, ...added);
  const opening = place('opening-record', only(v.evidence, 'opening-record')?.record);
  for (const [name, { record }] of v.evidence.records['key-destroyed']) {
    const gone = place('key-destroyed', record);
    const after = gone === null || opening === null || opening < gone;
    v.findings.expect(after, 'V17', 'EVIDENCE.OUT_OF_ORDER', `destroyed/${name}.json`, 'platform');
  }
  for (const { type, hash, path } of loggedRecords(v)) {
    const at = index.get(hash);
    if ((type !== 'shares' && type !== 'sealed-shares') || at === undefined || close === null) continue;
    // The journal opens for the authorities whenever the quorum does it after CLOSE (20号令49), also after the record.
    const inSession = opening === null || at < opening || path.startsWith('shares/0-journal-');
    // After the last addition too: from the first share on the set is final.
    const between = settled < at && inSession;
    v.findings.expect(between, 'V17', 'EVIDENCE.OUT_OF_ORDER', path, 'platform');
  }
}

/** Types whose record may be kept from the public while its hash is shown. */
const HELD_BACK = new Set(['commit', 'move', 'receipt-arrival', 'shares', 'evaluation-file']);

function checkExplained(v: Verification): void {
  const known = new Map(loggedRecords(v).map(({ hash, type }) => [hash, type]));
  const refused = new Set(v.close?.refused.map(({ c }) => c));
  const intake = new Set(v.close?.intake);
  for (const { hash, type } of v.evidence.proofs.leaves) {
    const explained = known.has(hash) || (HELD_BACK.has(type) && (refused.has(hash) || intake.has(hash)));
    v.findings.expect(explained, 'V21', 'EVIDENCE.UNEXPLAINED_LEAF', hash, 'platform');
  }
  const subjects = new Set([...v.evidence.records.commit.keys(), ...known.keys()]);
  for (const subject of v.evidence.records.arrival.keys())
    v.findings.expect(
      subjects.has(subject),
      'V21',
      'EVIDENCE.UNEXPLAINED',
      `arrivals/${subject}.json`,
      'bundle',
    );
  for (const path of v.evidence.envelopes) {
    const c = path.split('/')[1] ?? '';
    v.findings.expect(v.evidence.records.commit.has(c), 'V21', 'EVIDENCE.UNEXPLAINED', path, 'bundle');
  }
  const named = new Set([
    ...v.accepted.map(({ token }) => token),
    ...(v.close?.moves ?? []).map(({ token }) => token),
  ]);
  for (const token of v.evidence.tokens.keys())
    v.findings.expect(named.has(token), 'V21', 'EVIDENCE.UNEXPLAINED', `tokens/${token}.tst`, 'bundle');
}
