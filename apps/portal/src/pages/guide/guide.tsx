import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { resultQuery } from '../../api/award.ts';
import { openingQuery } from '../../api/opening.ts';
import { overviewQuery } from '../../api/platform-state.ts';
import { lotQuery } from '../../api/tendering.ts';
import { STEPS, stepOf } from '../../guide/progress.ts';
import { useAct } from '../../guide/use-act.ts';
import type { Act } from '../../guide/use-act.ts';
import { demoIdentitiesQuery } from '../../session/demo.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useDraft } from '../../ui/draft.ts';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { Actions } from './actions.tsx';
import { FRESH } from './kept.ts';
import type { Kept } from './kept.ts';
import './guide.css';

/** A first visit: one tender in all roles, by the reader's own hand or by others' on the reader's word. */
export default function GuidePage() {
  const { t } = useTranslation();
  useTitle(t('guide.title'));
  const { data: overview } = useQuery(overviewQuery());
  const people = useQuery(demoIdentitiesQuery(overview?.demo ?? false));
  if (!overview || (overview.demo && people.isPending)) return <Loading />;
  return (
    <div className="page">
      <h1>{t('guide.title')}</h1>
      {(people.data ?? []).length > 0 ? (
        <Visit />
      ) : (
        <Empty title={t('guide.none')}>
          <p>{t('guide.noneNext')}</p>
        </Empty>
      )}
    </div>
  );
}

function Visit() {
  const { t } = useTranslation();
  const [kept, keep, forget] = useDraft<Kept>('guide', FRESH, true);
  const { lotId } = kept;
  const queries = useQueryClient();
  const act = useAct(() => void queries.invalidateQueries());
  const fast = { enabled: lotId !== null, refetchInterval: 2_000 };
  const lot = useQuery({ ...lotQuery(lotId ?? ''), ...fast });
  const keyed = { ...fast, enabled: lot.data?.state === 'keyed' };
  const opening = useQuery({ ...openingQuery(lotId ?? ''), ...keyed });
  const recorded = { ...fast, enabled: opening.data?.state === 'recorded' };
  const result = useQuery({ ...resultQuery(lotId ?? ''), ...recorded });
  const gone = lot.isError && lot.data === undefined;
  if (gone)
    return (
      <>
        <ProblemView error={lot.error} retry={() => void lot.refetch()} />
        <Button onClick={forget}>{t('guide.again')}</Button>
      </>
    );
  if (lotId !== null && !lot.data) return <Loading />;
  const step = stepOf(lot.data ?? null, opening.data ?? null, result.data ?? null);
  const now = step === 'failed' ? STEPS.length : STEPS.indexOf(step);
  return (
    <>
      <p className="lead">{t('guide.lead')}</p>
      {step === 'failed' && <p role="alert">{t('guide.failed')}</p>}
      <ol className="guide">
        {STEPS.map((each, at) => (
          <li
            key={each}
            className={at < now ? 'guide-done' : at === now ? 'guide-now' : 'guide-later'}
            aria-current={at === now ? 'step' : undefined}
          >
            <h2>
              {t(`guide.step.${each}`)}
              {at < now && step !== 'failed' && <span className="quiet"> {t('guide.done')}</span>}
            </h2>
            {at === now && (
              <>
                <p>{t(`guide.why.${each}`)}</p>
                <Actions
                  step={each}
                  act={act}
                  kept={kept}
                  keep={keep}
                  deadline={lot.data?.deadline ?? null}
                />
                <Said act={act} />
              </>
            )}
          </li>
        ))}
      </ol>
      {lotId !== null && (
        <p>
          <Link to={`/lots/${lotId}`}>{t('guide.lot')}</Link>{' '}
          <Button disabled={act.busy} onClick={forget}>
            {t('guide.again')}
          </Button>
        </p>
      )}
    </>
  );
}

/** Who did what, as it happens. */
function Said({ act }: { readonly act: Act }) {
  return (
    <>
      <ul className="guide-said" aria-live="polite">
        {act.said.map((line, at) => (
          <li key={at}>{line}</li>
        ))}
      </ul>
      {act.fault !== null && <FaultView error={act.fault} />}
    </>
  );
}
