import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { Suspense, lazy, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { isProblem } from '../../api/client.ts';
import { Announcer } from './announcer.tsx';
import { BidTable } from './bid-table.tsx';
import { useBoard } from './board.ts';
import { HallLog } from './hall-log.tsx';
import { Moment, useMoment } from './moment.tsx';
import { Objections } from './objections.tsx';
import { Presence } from './presence.tsx';
import { Quorum } from './quorum.tsx';
import { SignRecord } from './sign-record.tsx';
import { useHall } from './use-hall.ts';
import type { Hall } from './use-hall.ts';
import './hall.css';

const PriceChart = lazy(() => import('./price-chart.tsx'));

/** 不见面开标大厅: public to watch, more for those who signed in. */
export default function HallPage() {
  const { lotId = '' } = useParams();
  const lot = useQuery(lotQuery(lotId));
  if (lot.isPending)
    return (
      <div className="page">
        <Loading />
      </div>
    );
  if (!lot.data)
    return (
      <div className="page narrow">
        <ProblemView error={lot.error} retry={() => void lot.refetch()} />
      </div>
    );
  return <OfLot key={lotId} lot={lot.data} />;
}

function OfLot({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const hall = useHall(lot.id);
  useTitle(`${t('hall.title')} ${lot.name}`);
  if (hall.refused !== null)
    return (
      <div className="page">
        <Head lot={lot} />
        {isProblem(hall.refused) && hall.refused.problem.code === 'OPENING.LOT_UNKNOWN' ? (
          <Empty title={t('hall.none')}>
            <p>{t('hall.noneNext')}</p>
          </Empty>
        ) : (
          <ProblemView error={hall.refused} />
        )}
      </div>
    );
  return <Open lot={lot} hall={hall} />;
}

function Open({ lot, hall }: { readonly lot: Lot; readonly hall: Hall }) {
  const { t } = useTranslation();
  const { state } = hall;
  const root = useRef<HTMLDivElement>(null);
  const board = useBoard(root);
  const moment = useMoment(lot, state);
  const priced = state.bids.some(({ sheet }) => sheet !== null);
  return (
    <div ref={root} className={board.on ? 'page hall hall-board' : 'page hall'}>
      <Head lot={lot}>
        <Button className="no-print" onClick={board.toggle}>
          {t(board.on ? 'hall.leaveBoard' : 'hall.board')}
        </Button>
      </Head>
      <ConnectionLine state={hall.connection} />
      <Announcer hall={hall} seats={lot.seats} />
      <Moment lot={lot} state={state} moment={moment} />
      <div className="hall-grid">
        <div>
          <Section
            title={t('hall.bids')}
            aside={
              state.distinctBidders !== null && (
                <span className="quiet">{t('hall.distinct', { count: state.distinctBidders })}</span>
              )
            }
          >
            <BidTable lot={lot} state={state} />
          </Section>
          {priced && (
            <Section title={t('hall.chart')}>
              <Suspense fallback={<Loading />}>
                <PriceChart
                  bids={state.bids}
                  controlPrice={lot.method.controlPrice}
                  scale={board.on ? 1.6 : 1}
                />
              </Suspense>
            </Section>
          )}
          <Section title={t('hall.objections')}>
            <Objections lot={lot} state={state} silent={board.on} />
          </Section>
          {!board.on && <SignRecord lot={lot} state={state} />}
        </div>
        <div>
          <Section title={t('hall.presence')}>
            <Presence lot={lot} state={state} moment={moment} silent={board.on} />
          </Section>
          <Section title={t('hall.quorum')}>
            <Quorum lot={lot} state={state} />
          </Section>
          <Section title={t('hall.log')}>
            <HallLog state={state} seats={lot.seats} />
          </Section>
        </div>
      </div>
    </div>
  );
}

function Head({ lot, children }: { readonly lot: Lot; readonly children?: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <header className="hall-head">
      <div>
        <p className="quiet">
          {t('hall.title')} · {lot.projectName}
        </p>
        <h1>{lot.name}</h1>
      </div>
      <div className="hall-tools">
        <Link to={`/lots/${lot.id}`} className="no-print">
          {t('hall.lot')}
        </Link>
        {children}
      </div>
    </header>
  );
}

/** A sign and a word; what is lost by an interruption (nothing) is said with it. */
function ConnectionLine({ state }: { readonly state: Hall['connection'] }) {
  const { t } = useTranslation();
  return (
    <p role="status" className={`hall-line connection-${state}`} data-connection={state}>
      <span className="hall-dot" aria-hidden="true" />
      {t(`hall.connection.${state}`)}
    </p>
  );
}
