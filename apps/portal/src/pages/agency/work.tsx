import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet, useOutletContext, useParams } from 'react-router';
import { workLotQuery } from '../../api/agency.ts';
import type { WorkLot } from '../../api/agency.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { useSession } from '../../session/session-store.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';

export interface WorkContext {
  readonly work: WorkLot;
  /** As the public sees it. */
  readonly lot: Lot;
  /** This session is the agency's, which acts; a tenderee looks on where it does not. */
  readonly isAgency: boolean;
  readonly changed: () => Promise<void>;
}
export const useWork = (): WorkContext => useOutletContext<WorkContext>();

/** One lot on its desk: what is published, what is asked, what may be changed, and what follows the deadline. */
export function Workbench() {
  const { t } = useTranslation();
  const { lotId = '' } = useParams();
  const session = useSession();
  const queries = useQueryClient();
  const work = useQuery(workLotQuery(lotId));
  const published = work.data !== undefined && work.data.lot.noticeVersion > 0;
  const lot = useQuery({ ...lotQuery(lotId), enabled: published });
  useTitle(work.data?.lot.name);
  if (work.isPending || (published && lot.isPending)) return <Loading />;
  if (!work.data) return <ProblemView error={work.error} retry={() => void work.refetch()} />;
  const isAgency = session?.principal.organisationId === work.data.project.agency.creditCode;
  const head = (
    <header className="lot-head">
      <div>
        <p className="quiet">{work.data.project.name}</p>
        <h1>{work.data.lot.name}</h1>
        <p className="lot-meta">
          {lot.data ? <StageTag stage={lot.data.stage} /> : t('agency.lotState.draft')}
          {published && <Link to={`/lots/${lotId}`}>{t('agency.publicPage')}</Link>}
        </p>
      </div>
      <div className="deadline">
        <span className="quiet">{t('lot.deadline')}</span>
        <strong>
          <Time at={lot.data?.deadline ?? work.data.lot.deadline} />
        </strong>
      </div>
    </header>
  );
  if (!published)
    return (
      <>
        {head}
        <Empty title={t('agency.isDraft')}>
          <p>
            <Link to={`/agency/lots/${lotId}/prepare/documents`}>{t('agency.prepareOn')}</Link>
          </p>
        </Empty>
      </>
    );
  if (!lot.data) return <ProblemView error={lot.error} retry={() => void lot.refetch()} />;
  const context: WorkContext = {
    work: work.data,
    lot: lot.data,
    isAgency,
    changed: () => queries.invalidateQueries(),
  };
  return (
    <>
      {head}
      <WorkTabs lotId={lotId} />
      <Outlet context={context} />
    </>
  );
}

function WorkTabs({ lotId }: { readonly lotId: string }) {
  const { t } = useTranslation();
  const base = `/agency/lots/${lotId}`;
  return (
    <nav className="tabs" aria-label={t('agency.workbench')}>
      <NavLink to={base} end>
        {t('agency.tab.versions')}
      </NavLink>
      {(['questions', 'change', 'cancel', 'opening', 'evaluation', 'award'] as const).map((each) => (
        <NavLink key={each} to={`${base}/${each}`}>
          {t(`agency.tab.${each}`)}
        </NavLink>
      ))}
      <NavLink to={`/lots/${lotId}/deadline`}>{t('agency.tab.deadline')}</NavLink>
    </nav>
  );
}
