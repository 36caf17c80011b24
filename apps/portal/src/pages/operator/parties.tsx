import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { approveRole, organisationsQuery } from '../../api/operations.ts';
import type { Grant, Organisation } from '../../api/operations.ts';
import { Final } from '../../ui/final.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Cell, DataTable, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

/** Who enrolled, and which roles wait for the operator; whoever waits stands first on each page. */
export function Parties() {
  const { t } = useTranslation();
  const parties = useInfiniteQuery(organisationsQuery());
  const items = parties.data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = ({ grants }: Organisation): boolean => grants.some(({ state }) => state === 'requested');
  const shown = [...items.filter(waiting), ...items.filter((each) => !waiting(each))];
  const head = [t('offices.parties.name'), t('offices.parties.since'), t('offices.parties.roles')] as const;
  return (
    <Section title={t('offices.parties.title')}>
      {parties.isPending && <Loading />}
      {parties.isError && <ProblemView error={parties.error} retry={() => void parties.refetch()} />}
      {parties.isSuccess && shown.length === 0 && <Empty title={t('offices.parties.none')} />}
      {shown.length > 0 && (
        <DataTable caption={t('offices.parties.title')} head={head}>
          {shown.map((party) => (
            <tr key={party.creditCode} data-party={party.creditCode}>
              <Cell label={head[0]}>
                {party.name}
                <span className="quiet block">{party.creditCode}</span>
              </Cell>
              <Cell label={head[1]}>
                <Time at={party.enrolledAt} />
              </Cell>
              <Cell label={head[2]}>
                {party.grants.map((grant) => (
                  <Role
                    key={grant.role}
                    party={party}
                    grant={grant}
                    approved={() => void parties.refetch()}
                  />
                ))}
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
      <LoadMore list={parties} />
    </Section>
  );
}

function Role({
  party: { creditCode, name },
  grant: { role, state },
  approved,
}: {
  readonly party: Organisation;
  readonly grant: Grant;
  readonly approved: () => void;
}) {
  const { t } = useTranslation();
  const word = t(`offices.role.${role}`);
  if (state === 'granted') return <span className="block">{word}</span>;
  return (
    <div>
      <span className="bad">{t('offices.parties.waits', { role: word })}</span>{' '}
      <Final
        word={t('offices.parties.approve', { role: word })}
        title={t('offices.parties.approveTitle', { name })}
        run={async () => {
          await approveRole(creditCode, role);
          approved();
        }}
      >
        <p>{t('offices.parties.approveWhat', { name, creditCode, role: word })}</p>
      </Final>
    </div>
  );
}
