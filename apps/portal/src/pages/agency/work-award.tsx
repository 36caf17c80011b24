import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { draftAward, draftPublicity, reviewQuery, sendAward, sendPublicity } from '../../api/agency.ts';
import { progressQuery, resultQuery } from '../../api/award.ts';
import type { Result } from '../../api/award.ts';
import { useServerNow } from '../../ui/clock.ts';
import { yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Fact, Facts, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { SignDraft } from './sign-draft.tsx';
import { useWork } from './work.tsx';

type PublicityRecord = NonNullable<Result['publicity']>['record'];

/** Candidates in public for three days at the least (条例54), then the award to the first rank (条例55). */
export function WorkAward() {
  const { t } = useTranslation();
  const { lot, isAgency, changed } = useWork();
  const progress = useQuery({ ...progressQuery([lot.id]), refetchInterval: 3_000 });
  const far = progress.data?.get(lot.id);
  // What is not there yet is not asked for.
  const [recorded, shown] = [far?.opening === 'recorded', far?.award != null];
  const review = useQuery({ ...reviewQuery(lot.id), enabled: recorded });
  const result = useQuery({ ...resultQuery(lot.id), enabled: shown });
  if (progress.isPending || (recorded && review.isPending) || (shown && result.isPending)) return <Loading />;
  const failed = [progress, review, result].find(({ isError }) => isError);
  if (failed) return <ProblemView error={failed.error} retry={() => void failed.refetch()} />;
  if (!review.data?.report)
    return (
      <Empty title={t('agency.noReport')}>
        <p>
          <Link to={`/agency/lots/${lot.id}/evaluation`}>{t('agency.tab.evaluation')}</Link>
        </p>
      </Empty>
    );
  if (review.data.report.record.result === 'all-rejected')
    return (
      <Empty title={t('result.allRejected')}>
        <p>{t('result.allRejectedText')}</p>
      </Empty>
    );
  const { publicity = null, award = null } = result.data ?? {};
  return (
    <>
      <Section title={t('result.candidates')}>
        {publicity ? (
          <Candidates record={publicity.record} />
        ) : isAgency ? (
          <SignDraft
            type="publicity"
            draftWord={t('agency.draftPublicity')}
            word={t('agency.signPublicity')}
            title={t('agency.signPublicity')}
            draft={() => draftPublicity(lot.id)}
            send={(signed) => sendPublicity(lot.id, signed)}
            done={() => void changed()}
            show={(record) => <Candidates record={record} />}
          >
            <p>{t('agency.publicityText')}</p>
          </SignDraft>
        ) : (
          <p className="quiet">{t('result.noneNext')}</p>
        )}
      </Section>
      {publicity && (
        <Section title={t('result.award')}>
          {award ? (
            <AwardFacts record={award.record} />
          ) : (
            <AwardStep until={publicity.record.until} isAgency={isAgency} changed={changed} lotId={lot.id} />
          )}
        </Section>
      )}
    </>
  );
}

function Candidates({ record }: { readonly record: PublicityRecord }) {
  const { t } = useTranslation();
  const [rank, bidder, price] = [t('result.rank'), t('opening.bidder'), t('opening.price')];
  return (
    <>
      <p>
        {t('result.period')} <span className="article">条例54</span> <Time at={record.from} /> –{' '}
        <Time at={record.until} />
      </p>
      <DataTable caption={t('result.candidates')} head={[rank, bidder, price]}>
        {record.candidates.map((each) => (
          <tr key={each.c}>
            <Cell label={rank}>{each.rank}</Cell>
            <Cell label={bidder}>{each.bidder.name}</Cell>
            <Cell label={price} className="nowrap">
              {yuan(each.price)}
            </Cell>
          </tr>
        ))}
      </DataTable>
    </>
  );
}

function AwardFacts({ record }: { readonly record: NonNullable<Result['award']>['record'] }) {
  const { t } = useTranslation();
  return (
    <Facts>
      <Fact name={t('opening.bidder')}>{record.bidder.name}</Fact>
      <Fact name={t('result.price')}>{yuan(record.price)}</Fact>
      <Fact name={t('result.awardedAt')}>
        <Time at={record.awardedAt} />
      </Fact>
    </Facts>
  );
}

function AwardStep({
  until,
  isAgency,
  changed,
  lotId,
}: {
  readonly until: string;
  readonly isAgency: boolean;
  readonly changed: () => Promise<void>;
  readonly lotId: string;
}) {
  const { t } = useTranslation();
  const now = useServerNow();
  const over = now !== null && now >= Date.parse(until);
  return (
    <>
      <p className={over ? 'rule rule-kept' : 'rule rule-broken'} role="status">
        <strong>{t(over ? 'result.over' : 'result.running')}</strong> <span className="article">条例54</span>{' '}
        <Time at={until} />
      </p>
      {isAgency && (
        <SignDraft
          type="award"
          draftWord={t('agency.draftAward')}
          word={t('agency.signAward')}
          title={t('agency.signAward')}
          disabled={!over}
          draft={() => draftAward(lotId)}
          send={(signed) => sendAward(lotId, signed)}
          done={() => void changed()}
          show={(record) => <AwardFacts record={record} />}
        >
          <p>{t('agency.awardText')}</p>
        </SignDraft>
      )}
    </>
  );
}
