import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { openingQuery } from '../../api/opening.ts';
import { Section } from '../../ui/parts.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { useWork } from './work.tsx';

/** The chair's way into the hall, where the opening is watched, objections are answered and the record is signed. */
export function WorkOpening() {
  const { t } = useTranslation();
  const { lot } = useWork();
  const opening = useQuery({ ...openingQuery(lot.id), enabled: lot.state === 'keyed' });
  if (lot.state === 'keyed' && opening.isPending) return <Loading />;
  return (
    <Section title={t('agency.tab.opening')}>
      {opening.isError && <ProblemView error={opening.error} retry={() => void opening.refetch()} />}
      <p>{t(`opening.state.${opening.data?.state ?? 'waiting'}`)}</p>
      <p className="quiet">{t('agency.chairLead')}</p>
      <p className="actions">
        <Link className="button-link" to={`/lots/${lot.id}/hall`}>
          {t('agency.toHall')}
        </Link>
        <Link to={`/lots/${lot.id}/opening`}>{t('lot.tabOpening')}</Link>
      </p>
    </Section>
  );
}
