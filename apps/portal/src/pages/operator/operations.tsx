import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { platformStateQuery } from '../../api/operations.ts';
import type { PlatformState } from '../../api/operations.ts';
import { Need } from '../../session/need.tsx';
import { Fact, Facts, Section } from '../../ui/parts.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { Authorities } from './authorities.tsx';
import { Crls } from './crls.tsx';
import { Parties } from './parties.tsx';

/** The operator runs the platform: who may do what, whom it trusts, how it does. Nothing here reads or changes a bid. */
export default function OperationsPage() {
  const { t } = useTranslation();
  useTitle(t('offices.operations.title'));
  return (
    <Need permission="operations.read">
      <div className="page">
        <h1>{t('offices.operations.title')}</h1>
        <p className="lead">{t('offices.operations.lead')}</p>
        <State />
        <Parties />
        <Authorities />
        <Crls />
      </div>
    </Need>
  );
}

function State() {
  const state = useQuery(platformStateQuery());
  if (state.isPending) return <Loading />;
  if (state.isError) return <ProblemView error={state.error} retry={() => void state.refetch()} />;
  return <Conditions state={state.data} />;
}

function Conditions({ state: { parts, log, work, storage } }: { readonly state: PlatformState }) {
  const { t } = useTranslation();
  return (
    <Section title={t('offices.operations.state')}>
      <Facts>
        <Fact name={t('offices.operations.health')}>
          {parts.map(({ name, up }) => (
            <span key={name} className="block">
              {t(`home.part.${name as 'database'}`)} <Good good={up} yes={t('home.up')} no={t('home.down')} />
            </span>
          ))}
        </Fact>
        <Fact name={t('log.title')}>
          {t('offices.operations.leaves', { size: log.size ?? 0 })}
          <span className="block">{log.signedAt === null ? t('log.empty') : <Time at={log.signedAt} />}</span>
          <Good
            good={!log.behind && !log.halted}
            yes={t('offices.operations.keepsUp')}
            no={t(log.halted ? 'offices.operations.halted' : 'offices.operations.behind')}
          />
        </Fact>
        <Fact name={t('offices.operations.work')}>
          <Good
            good={work.news === 'ok' && work.queues.every((queue) => queue.state === 'ok')}
            yes={t('offices.operations.keepsUp')}
            no={t('offices.operations.attention')}
          />
          {[
            ...work.queues.filter(({ state }) => state !== 'ok').map(({ name }) => name),
            ...work.failing,
          ].map((name) => (
            <code key={name} className="block">
              {name}
            </code>
          ))}
        </Fact>
        <Fact name={t('offices.operations.storage')}>
          {t('offices.operations.documents', { size: storage.documentsGiB })}
          <span className="block">{t('offices.operations.bids', { size: storage.bidsGiB })}</span>
          <span className="quiet block">{t('offices.operations.storageNote')}</span>
        </Fact>
      </Facts>
    </Section>
  );
}

const Good = ({ good, yes, no }: { readonly good: boolean; readonly yes: string; readonly no: string }) => (
  <strong className={good ? 'good' : 'bad'}>{good ? yes : no}</strong>
);
