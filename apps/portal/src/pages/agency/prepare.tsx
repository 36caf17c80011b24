import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation, useOutletContext, useParams } from 'react-router';
import { reviseLot, workLotQuery } from '../../api/agency.ts';
import type { WorkLot } from '../../api/agency.ts';
import { Need } from '../../session/need.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import type { lotBody } from './lot-form.ts';
import { PrepareSteps, STEPS } from './steps.tsx';
import type { StepName } from './steps.tsx';

export type HeldSeats = Pick<WorkLot['lot'], 'seats' | 'k'>;

export interface PrepareContext {
  readonly work: WorkLot;
  readonly changed: () => Promise<void>;
  /** Stores the lot anew; without `held` its seats stay as they are. @throws ProblemError */
  readonly revise: (body: NonNullable<ReturnType<typeof lotBody>>, held?: HeldSeats) => Promise<void>;
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
  const { project, lot } = work.data;
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['agency'] });
  const revise: PrepareContext['revise'] = async (body, { seats, k } = lot) => {
    await reviseLot(project.id, lot.id, { ...body, seats: seats as never, k });
    await changed();
  };
  const context: PrepareContext = { work: work.data, changed, revise };
  return (
    <Need permission="tender.manage">
      <p className="quiet">{project.name}</p>
      <h1>{lot.name}</h1>
      {lot.state === 'draft' ? (
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
