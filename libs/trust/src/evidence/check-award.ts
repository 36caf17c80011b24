/** V19 and V20: from the opened bids to the winner, recomputed. */
import { DAY } from '#kernel';
import { hashText } from '../encoding/index.ts';
import type {
  Award,
  EvaluationMethod,
  EvaluationReport,
  OpeningRecord,
  Publicity,
} from '../records/index.ts';
import { only } from './bundle.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';

/** The published method applied to the opened bids, with what the committee rejected; libs/scoring. */
export type RankBids = (
  method: EvaluationMethod,
  bids: readonly Pick<
    EvaluationReport['bids'][number],
    'c' | 'price' | 'periodDays' | 'arrivedAt' | 'rejected'
  >[],
) => Pick<EvaluationReport, 'bids' | 'candidates' | 'result'>;

/** 条例54: at least three days, before the tender's acceleration. */
const PUBLICITY_MS = 3 * DAY;

export function checkAward(v: Verification): void {
  const record = only(v.evidence, 'opening-record')?.record;
  const report = only(v.evidence, 'evaluation-report');
  if (!record || !report) {
    v.findings.set('V19', 'absent', 'no evaluation report yet');
    v.findings.set('V20', 'absent', 'no evaluation report yet');
    for (const kind of ['evaluation-report', 'publicity', 'award'] as const)
      if (only(v.evidence, kind)) v.findings.fail('V20', 'EVIDENCE.OUT_OF_ORDER', kind, 'bundle');
    return;
  }
  const agency = v.notices[0]?.record.agency.creditCode ?? '';
  const rule = { when: at(report.record.reportedAt), needed: [agency], blame: 'agency' } as const;
  v.checkSigners('V19', 'report.json', 'evaluation-report', report, rule);
  replayReport(v, record, report.record);
  checkPublicity(v, agency, record, report.record);
}

/** Same bids, same prices, same method as published; then the ranking is computed again. */
function replayReport(v: Verification, record: OpeningRecord, report: EvaluationReport): void {
  const expect = (holds: boolean, code: FindingCode) =>
    v.findings.expect(holds, 'V20', code, 'report.json', 'agency');
  expect(report.lot === v.evidence.header.lot, 'EVIDENCE.OTHER_LOT');
  expect(at(report.reportedAt) >= at(record.finishedAt), 'EVIDENCE.OUT_OF_ORDER');
  expect(report.openingRecord === hashText('opening-record', record), 'EVIDENCE.OTHER_RECORD');
  const method = v.notices[0]?.record.method;
  if (!method) return;
  expect(hashText('method', method) === hashText('method', report.method), 'EVIDENCE.OTHER_METHOD');
  const arrived = new Map(v.accepted.map((bid) => [bid.c, bid.arrivedAt]));
  const rejected = new Map(report.bids.map((bid) => [bid.c, bid.rejected]));
  const opened = record.bids.flatMap(({ c, outcome, sheet }) =>
    outcome === 'opened' && sheet
      ? [
          {
            c,
            price: sheet.price,
            periodDays: sheet.periodDays,
            arrivedAt: arrived.get(c) ?? '',
            rejected: rejected.get(c) ?? null,
          },
        ]
      : [],
  );
  if (
    !expect(
      opened.every(({ arrivedAt }) => arrivedAt !== ''),
      'EVIDENCE.UNKNOWN_BID',
    )
  )
    return;
  const { bids, candidates, result } = v.tools.rank(method, opened);
  const same = hashText('ranking', { bids, candidates, result });
  const claimed = { bids: report.bids, candidates: report.candidates, result: report.result };
  expect(same === hashText('ranking', claimed), 'EVIDENCE.OTHER_RANKING');
  v.findings.note('V20', `${bids.length} bids ranked again`);
}

function checkPublicity(
  v: Verification,
  agency: string,
  record: OpeningRecord,
  report: EvaluationReport,
): void {
  const publicity = only(v.evidence, 'publicity');
  const award = only(v.evidence, 'award');
  if (!publicity) {
    v.findings.note('V20', 'candidates are not public yet');
    v.findings.expect(!award, 'V20', 'EVIDENCE.OUT_OF_ORDER', 'award.json', 'agency');
    return;
  }
  const expect = (holds: boolean, code: FindingCode, path = 'publicity.json') =>
    v.findings.expect(holds, 'V20', code, path, 'agency');
  const { record: shown } = publicity;
  const signing = { when: at(shown.from), needed: [agency], blame: 'agency' } as const;
  v.checkSigners('V20', 'publicity.json', 'publicity', publicity, signing);
  expect(shown.lot === v.evidence.header.lot, 'EVIDENCE.OTHER_LOT');
  // The three days run from a publication that the report comes before; a date set back would shorten them.
  expect(at(shown.from) >= at(report.reportedAt), 'EVIDENCE.OUT_OF_ORDER');
  expect(shown.report === hashText('evaluation-report', report), 'EVIDENCE.OTHER_REPORT');
  expect(
    hashText('list', listOf(shown)) === hashText('list', expected(record, report)),
    'EVIDENCE.OTHER_CANDIDATES',
  );
  const least = Math.ceil(PUBLICITY_MS / (v.lotKey?.acceleration.periods ?? 1));
  expect(at(shown.until) - at(shown.from) >= least, 'EVIDENCE.PUBLICITY_SHORT');
  if (!award) return v.findings.note('V20', 'not awarded yet');
  const { record: won } = award;
  const winning = { when: at(won.awardedAt), needed: [agency], blame: 'agency' } as const;
  v.checkSigners('V20', 'award.json', 'award', award, winning);
  expect(won.lot === v.evidence.header.lot, 'EVIDENCE.OTHER_LOT', 'award.json');
  expect(won.publicity === hashText('publicity', shown), 'EVIDENCE.OTHER_PUBLICITY', 'award.json');
  expect(at(won.awardedAt) >= at(shown.until), 'EVIDENCE.AWARDED_EARLY', 'award.json');
  expect(isFirst(won, shown), 'EVIDENCE.NOT_FIRST_RANK', 'award.json');
}

const listOf = ({ candidates }: Publicity) =>
  candidates.map(({ rank, c, bidder, price }) => ({ rank, c, bidder, price }));

function expected(record: OpeningRecord, report: EvaluationReport) {
  const bids = new Map(record.bids.map((bid) => [bid.c, bid]));
  return report.candidates.map((c, index) => ({
    rank: index + 1,
    c,
    bidder: bids.get(c)?.bidder ?? null,
    price: bids.get(c)?.sheet?.price ?? '',
  }));
}

/** 条例55. */
function isFirst(won: Award, { candidates }: Publicity): boolean {
  const first = candidates[0];
  return (
    first !== undefined &&
    won.c === first.c &&
    won.price === first.price &&
    hashText('bidder', won.bidder) === hashText('bidder', first.bidder)
  );
}
