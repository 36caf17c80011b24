import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useOutletContext, useParams } from 'react-router';
import { workLotQuery } from '../../api/agency.ts';
import type { WorkLot } from '../../api/agency.ts';
import { Need } from '../../session/need.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { PrepareSteps, STEPS } from './steps.tsx';
import type { StepName } from './steps.tsx';

export interface PrepareContext {
  readonly work: WorkLot;
  readonly changed: () => Promise<void>;
}
export const usePrepared = (): PrepareContext => useOutletContext<PrepareContext>();

/** Steps two to five of a lot that is a draft: each an address of its own, to be left and come back to. */
export function Prepare() {
  const { t } = useTranslation();
  const { lotId = '' } = useParams();
  const { pathname } = useLocation();
  const queries = useQueryClient();
  const work = useQuery(workLotQuery(lotId));
  useTitle(work.data?.lot.name);
  if (work.isPending) return <Loading />;
  if (!work.data) return <ProblemView error={work.error} retry={() => void work.refetch()} />;
  const at: StepName = STEPS.find((each) => pathname.endsWith(`/${each}`)) ?? 'documents';
  const context: PrepareContext = {
    work: work.data,
    changed: async () => {
      await queries.invalidateQueries({ queryKey: ['agency'] });
    },
  };
  return (
    <Need permission="tender.manage">
      <p className="quiet">{work.data.project.name}</p>
      <h1>{work.data.lot.name}</h1>
      {work.data.lot.state === 'draft' ? (
        <>
          <PrepareSteps
            at={at}
            pathOf={(step) => (step === 'project' ? null : `/agency/lots/${lotId}/prepare/${step}`)}
          />
          <Outlet context={context} />
        </>
      ) : (
        <Empty title={t('agency.noDraft')}>
          <p>
            <Link to={`/agency/lots/${lotId}`}>{t('agency.toWorkbench')}</Link>
          </p>
        </Empty>
      )}
    </Need>
  );
}
