import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { deskLotsQuery, projectsQuery } from '../../api/agency.ts';
import type { DeskProject } from '../../api/agency.ts';
import { may, useSession } from '../../session/session-store.ts';
import { LoadMore } from '../../ui/load-more.tsx';
import { Cell, DataTable, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';

export function AgencyProjects() {
  const { t } = useTranslation();
  useTitle(t('agency.projects'));
  const projects = useInfiniteQuery(projectsQuery());
  if (projects.isPending) return <Loading />;
  const items = projects.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <h1>{t('agency.projects')}</h1>
      {projects.isError && <ProblemView error={projects.error} retry={() => void projects.refetch()} />}
      {projects.data && items.length === 0 && (
        <Empty title={t('agency.noProjects')}>
          <p>
            <Link to="/agency/prepare">{t('agency.newTender')}</Link>
          </p>
        </Empty>
      )}
      {items.map((project) => (
        <Project key={project.id} project={project} />
      ))}
      <LoadMore list={projects} />
    </>
  );
}

function Project({ project }: { readonly project: DeskProject }) {
  const { t } = useTranslation();
  const session = useSession();
  const lots = useInfiniteQuery({ ...deskLotsQuery(project.id), enabled: project.lots > 0 });
  const items = lots.data?.pages.flatMap((page) => page.items) ?? [];
  const [lot, state, deadline] = [t('agency.lot'), t('agency.state'), t('lot.deadline')];
  const mine = session?.principal.organisationId === project.agency.creditCode;
  return (
    <Section
      title={project.name}
      aside={
        mine &&
        may(session, 'tender.manage') && (
          <Link to={`/agency/prepare/${project.id}`}>{t('agency.addLot')}</Link>
        )
      }
    >
      <p className="quiet">
        {t(`kind.${project.kind}`)} · {t(`level.${project.level}`)} · {t('lot.tenderee')}{' '}
        {project.tenderee.name} · {t('lot.regulator')} {project.regulator.name} ·{' '}
        <Time at={project.registeredAt} />
      </p>
      {items.length > 0 && (
        <DataTable caption={project.name} head={[lot, state, deadline]}>
          {items.map((each) => (
            <tr key={each.id}>
              <Cell label={lot}>
                <Link to={`/agency/lots/${each.id}`}>{each.name}</Link>
              </Cell>
              <Cell label={state}>{t(`agency.lotState.${each.state}`)}</Cell>
              <Cell label={deadline}>
                <Time at={each.deadline} />
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
      <LoadMore list={lots} />
    </Section>
  );
}
