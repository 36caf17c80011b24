import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { draftReport, reviewQuery, sendReport } from '../../api/agency.ts';
import type { Review } from '../../api/agency.ts';
import { openingQuery } from '../../api/opening.ts';
import { yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { BidReview } from './bid-review.tsx';
import { rankingSteps } from './ranking-steps.ts';
import { SignDraft } from './sign-draft.tsx';
import { useWork } from './work.tsx';

export type ReviewedBid = Review['bids'][number];
export type NameOf = (c: string) => string;

/** From the opened bids to the signed report: what each bid says, what is decided, how it ranks and why. */
export function WorkEvaluation() {
  const { t } = useTranslation();
  const { lot, isAgency, changed } = useWork();
  const keyed = lot.state === 'keyed';
  const opening = useQuery({ ...openingQuery(lot.id), enabled: keyed });
  const recorded = opening.data?.state === 'recorded';
  const review = useQuery({ ...reviewQuery(lot.id), enabled: recorded });
  if ((keyed && opening.isPending) || (recorded && review.isPending)) return <Loading />;
  if (opening.isError) return <ProblemView error={opening.error} retry={() => void opening.refetch()} />;
  if (review.isError) return <ProblemView error={review.error} retry={() => void review.refetch()} />;
  if (!review.data)
    return (
      <Empty title={t('agency.noReview')}>
        <p>
          <Link to={`/agency/lots/${lot.id}/opening`}>{t('agency.tab.opening')}</Link>
        </p>
      </Empty>
    );
  const { bids, state, report } = review.data;
  const opened = new Map(opening.data?.record?.record.bids.map((bid) => [bid.c, bid.bidder?.name]) ?? []);
  const nameOf: NameOf = (c) => opened.get(c) ?? c.slice(0, 8);
  const open = state === 'reviewing' && isAgency;
  return (
    <>
      <p className="note">{t('agency.reviewLead')}</p>
      <Section title={t('agency.openedBids')}>
        {bids.map((bid) => (
          <BidReview key={bid.c} bid={bid} nameOf={nameOf} open={open} />
        ))}
      </Section>
      <Section title={t('agency.rankingPreview')}>
        <RankingTable bids={bids} nameOf={nameOf} />
      </Section>
      {report ? (
        <p className="rule rule-kept">
          <strong>{t('agency.reported')}</strong> <Time at={report.record.reportedAt} />{' '}
          <Link to={`/agency/lots/${lot.id}/award`}>{t('agency.tab.award')}</Link>
        </p>
      ) : (
        open && (
          <SignDraft
            type="evaluation-report"
            draftWord={t('agency.draftReport')}
            word={t('agency.signReport')}
            title={t('agency.signReport')}
            draft={() => draftReport(lot.id)}
            send={(signed) => sendReport(lot.id, signed)}
            done={() => void changed()}
            show={(record) => (
              <>
                <p>
                  {t(record.result === 'ranked' ? 'agency.reportRanked' : 'result.allRejected')} ·{' '}
                  <Time at={record.reportedAt} />
                </p>
                <ol>
                  {record.candidates.map((c) => (
                    <li key={c}>{nameOf(c)}</li>
                  ))}
                </ol>
              </>
            )}
          >
            <p>{t('agency.reportText')}</p>
          </SignDraft>
        )
      )}
    </>
  );
}

/** Six decimals: thousands are parted before the point only. */
const grouped = (exact: string): string => {
  const [whole = '', decimals = ''] = exact.split('.');
  return `${yuan(whole)}.${decimals}`;
};

const byRank = (a: ReviewedBid, b: ReviewedBid): number => (a.rank ?? 99_999) - (b.rank ?? 99_999);

/** The ranking that the published method gives now, with every step of the formula. */
function RankingTable({ bids, nameOf }: { readonly bids: readonly ReviewedBid[]; readonly nameOf: NameOf }) {
  const { t } = useTranslation();
  const { lot } = useWork();
  const { method } = lot;
  const [rank, bidder, formula, evaluated] = [
    t('result.rank'),
    t('opening.bidder'),
    t('agency.formula'),
    t('result.evaluated'),
  ];
  return (
    <>
      <p className="quiet">{t('agency.formulaText')}</p>
      <DataTable caption={t('agency.rankingPreview')} head={[rank, bidder, formula, evaluated]}>
        {[...bids].sort(byRank).map((bid) => {
          const steps = rankingSteps(method, bid.sheet);
          const off = steps.earlyDays > 0 ? 'agency.earlyDays' : 'agency.onTime';
          const days = steps.lateDays > 0 ? 'agency.lateDays' : off;
          const share = steps.lateDays > 0 ? method.lateDayBasisPoints : method.earlyDayBasisPoints;
          return (
            <tr key={bid.c}>
              <Cell label={rank}>{bid.rank ?? t('result.rejected')}</Cell>
              <Cell label={bidder}>{nameOf(bid.c)}</Cell>
              <Cell label={formula}>
                <span className="block">
                  {t(days, {
                    period: bid.sheet.periodDays,
                    base: method.basePeriodDays,
                    days: Math.max(steps.lateDays, steps.earlyDays),
                    share: (share / 100).toFixed(2),
                  })}
                </span>
                <span className="formula block">
                  {yuan(steps.price)} × {steps.factor} = {grouped(steps.exact)}
                </span>
                <span className="formula block">
                  → {yuan(steps.evaluated)} {t(`agency.roundings.${method.rounding}`)}
                </span>
              </Cell>
              <Cell label={evaluated} className="nowrap">
                {bid.evaluatedPrice === null ? '–' : yuan(bid.evaluatedPrice)}
              </Cell>
            </tr>
          );
        })}
      </DataTable>
    </>
  );
}
