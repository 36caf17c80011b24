import { useTranslation } from 'react-i18next';
import type { Result } from '../../api/award.ts';
import { useServerNow } from '../../ui/clock.ts';
import { yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useLot } from './lot.tsx';

type Report = NonNullable<Result['report']>['record'];

/** Ranking, candidates and award: each as soon as it is public. */
export default function LotResult() {
  const { t } = useTranslation();
  const { result } = useLot();
  if (!result)
    return (
      <Empty title={t('result.none')}>
        <p>{t('result.noneNext')}</p>
      </Empty>
    );
  const { report, publicity, award } = result;
  return (
    <>
      {award && <Winner award={award.record} />}
      {report?.record.result === 'all-rejected' && (
        <div className="note">
          <strong>{t('result.allRejected')}</strong>
          <p>{t('result.allRejectedText')}</p>
        </div>
      )}
      {publicity && (
        <Section title={t('result.candidates')}>
          <Candidates publicity={publicity.record} awarded={award !== null} />
        </Section>
      )}
      {report && (
        <Section title={t('result.ranking')}>
          <Ranking report={report.record} />
        </Section>
      )}
    </>
  );
}

function Winner({ award }: { readonly award: NonNullable<Result['award']>['record'] }) {
  const { t } = useTranslation();
  return (
    <section className="award" aria-label={t('result.award')}>
      <h2>{t('result.award')}</h2>
      <p className="award-name">{award.bidder.name}</p>
      <Facts>
        <Fact name={t('result.price')}>
          <strong className="figure">{yuan(award.price)}</strong>
        </Fact>
        <Fact name={t('lot.creditCode')}>{award.bidder.creditCode}</Fact>
        <Fact name={t('result.awardedAt')}>
          <Time at={award.awardedAt} />
        </Fact>
      </Facts>
    </section>
  );
}

function Candidates({
  publicity,
  awarded,
}: {
  readonly publicity: NonNullable<Result['publicity']>['record'];
  readonly awarded: boolean;
}) {
  const { t } = useTranslation();
  const now = useServerNow();
  const [rank, bidder, price] = [t('result.rank'), t('opening.bidder'), t('opening.price')];
  return (
    <>
      <p>
        {t('result.period')} <Time at={publicity.from} /> – <Time at={publicity.until} />{' '}
        {now !== null && (
          <strong>{t(now < Date.parse(publicity.until) ? 'result.running' : 'result.over')}</strong>
        )}
      </p>
      <DataTable caption={t('result.candidates')} head={[rank, bidder, price]}>
        {publicity.candidates.map((each) => (
          <tr key={each.c}>
            <Cell label={rank}>{each.rank}</Cell>
            <Cell label={bidder}>
              {each.bidder.name}
              <span className="quiet block">{each.bidder.creditCode}</span>
            </Cell>
            <Cell label={price} className="nowrap">
              {yuan(each.price)}
            </Cell>
          </tr>
        ))}
      </DataTable>
      {!awarded && <p className="quiet">{t('result.awaiting')}</p>}
    </>
  );
}

/** Ranked bids in order, the rejected ones after them. */
const byRank = (a: Report['bids'][number], b: Report['bids'][number]): number =>
  (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0;

function Ranking({ report }: { readonly report: Report }) {
  const { t } = useTranslation();
  const { opening } = useLot();
  const nameOf = (c: string): string | undefined =>
    opening?.record?.record.bids.find((bid) => bid.c === c)?.bidder?.name;
  const [rank, bidder, price, evaluated, period] = [
    t('result.rank'),
    t('opening.bidder'),
    t('opening.price'),
    t('result.evaluated'),
    t('opening.period'),
  ];
  return (
    <>
      <p className="quiet">
        {t('result.reportedAt')} <Time at={report.reportedAt} />
      </p>
      <DataTable caption={t('result.rankingCaption')} head={[rank, bidder, price, evaluated, period]}>
        {[...report.bids].sort(byRank).map((bid) => (
          <tr key={bid.c}>
            <Cell label={rank}>{bid.rank ?? t('result.rejected')}</Cell>
            <Cell label={bidder}>
              {nameOf(bid.c) ?? <Hash value={bid.c} />}
              {bid.rejected && (
                <span className="quiet block">
                  {t('result.ground', { n: bid.rejected.ground.slice(3) })} {bid.rejected.reason}
                </span>
              )}
            </Cell>
            <Cell label={price} className="nowrap">
              {yuan(bid.price)}
            </Cell>
            <Cell label={evaluated} className="nowrap">
              {bid.evaluatedPrice === null ? '–' : yuan(bid.evaluatedPrice)}
            </Cell>
            <Cell label={period} className="nowrap">
              {bid.periodDays}
            </Cell>
          </tr>
        ))}
      </DataTable>
      <p className="quiet">{t('result.recompute')}</p>
    </>
  );
}
