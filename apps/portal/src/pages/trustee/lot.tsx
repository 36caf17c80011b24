import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { openingQuery } from '../../api/opening.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Need } from '../../session/need.tsx';
import { useSession } from '../../session/session-store.ts';
import { ownClock, useDesk } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { useServerNow } from '../../ui/clock.ts';
import { Fact, Facts, Hash } from '../../ui/parts.tsx';
import { StageTag } from '../../ui/stage.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time, beijing } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { KeystoreCard } from './keystore-card.tsx';
import { Destruction } from './destruction.tsx';
import { Release } from './release.tsx';
import { RootsCard } from './roots-card.tsx';
import { SeatKey } from './seat-key.tsx';
import './trustee.css';

export default function TrusteeLotPage() {
  const { t } = useTranslation();
  useTitle(t('holder.title'));
  return (
    <Need permission="trustee.act">
      <div className="page">
        <p>
          <Link to="/trustee">{t('holder.back')}</Link>
        </p>
        <Content organisation={useSession()?.principal.organisationId ?? ''} />
      </div>
    </Need>
  );
}

function Content({ organisation }: { readonly organisation: string }) {
  const { t } = useTranslation();
  const { lotId = '' } = useParams();
  const lot = useQuery(lotQuery(lotId));
  const { desk, fault } = useDesk(organisation);
  if (lot.isPending) return <Loading />;
  if (lot.isError) return <ProblemView error={lot.error} retry={() => void lot.refetch()} />;
  const seat = lot.data.seats.find(({ org }) => org === organisation);
  return (
    <>
      <h1>
        {lot.data.projectName} {lot.data.name}
      </h1>
      {seat ? (
        <Facts>
          <Fact name={t('holder.seats.seat')}>
            {t('holder.seats.of', { i: seat.i, n: lot.data.seats.length, k: lot.data.k })}
          </Fact>
          <Fact name={t('notices.colStage')}>
            <StageTag stage={lot.data.stage} />
          </Fact>
          <Fact name={t('notices.colDeadline')}>
            <Time at={lot.data.deadline} />
          </Fact>
          <Fact name={t('holder.ownClock')}>
            <OwnClock />
          </Fact>
          {lot.data.lotKeyHash !== null && (
            <Fact name={t('holder.lotKey')}>
              <Hash value={lot.data.lotKeyHash} />
            </Fact>
          )}
        </Facts>
      ) : (
        <Empty title={t('holder.fault.noSeat')} />
      )}
      {fault !== null && <FaultView error={fault} />}
      {seat && desk && <Work lot={lot.data} desk={desk} />}
    </>
  );
}

/** A trustee judges the window by its own clock: one that is wrong must be seen before it matters. */
function OwnClock() {
  const { t } = useTranslation();
  const server = useServerNow();
  const own = ownClock.now();
  const apart = server === null ? 0 : Math.round((own - server) / 1000);
  return (
    <>
      {beijing(own)} UTC+8
      <span className={Math.abs(apart) > 5 ? 'bad block' : 'quiet block'}>
        {Math.abs(apart) > 5 ? t('holder.clockApart', { seconds: apart }) : t('holder.clockSame')}
      </span>
    </>
  );
}

function Work({ lot, desk }: { readonly lot: Lot; readonly desk: Desk }) {
  const { t } = useTranslation();
  const opening = useQuery({ ...openingQuery(lot.id), enabled: lot.stage === 'closed' });
  const { keystore } = desk;
  const secret = useQuery({
    queryKey: ['trustee-secret', desk.organisation, lot.id],
    enabled: keystore !== null,
    queryFn: async () => ({
      secret: (await keystore?.load(lot.id)) ?? null,
      destroyed: ((await keystore?.statement(lot.id)) ?? null) !== null,
    }),
    staleTime: 0,
  });
  if (!desk.roots || !keystore)
    return (
      <>
        <p className="note">{t('holder.prepare')}</p>
        <RootsCard desk={desk} />
        <KeystoreCard desk={desk} />
      </>
    );
  if (secret.isPending) return <Loading />;
  if (secret.isError) return <FaultView error={secret.error} />;
  const known = secret.data;
  const again = (): void => void secret.refetch();
  return (
    <>
      <SeatKey lot={lot} desk={desk} known={known.secret} destroyed={known.destroyed} changed={again} />
      {known.secret && opening.data && (
        <Release lotId={lot.id} desk={desk} opening={opening.data} changed={again} />
      )}
      {(known.destroyed || (known.secret && opening.data?.record)) && (
        <Destruction lotId={lot.id} desk={desk} destroyed={known.destroyed} changed={again} />
      )}
    </>
  );
}
