import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { progressQuery } from '../../api/award.ts';
import { seatsQuery } from '../../api/tendering.ts';
import type { HeldSeat } from '../../api/tendering.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Need } from '../../session/need.tsx';
import { useSession } from '../../session/session-store.ts';
import { useDesk } from '../../trustee/desk.ts';
import { LoadMore } from '../../ui/load-more.tsx';
import { Cell, DataTable, Section } from '../../ui/parts.tsx';
import { shownStage } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { KeystoreCard } from './keystore-card.tsx';
import { RootsCard } from './roots-card.tsx';
import './trustee.css';

export default function TrusteePage() {
  const { t } = useTranslation();
  useTitle(t('holder.title'));
  return (
    <Need permission="trustee.act">
      <div className="page">
        <h1>{t('holder.title')}</h1>
        <p className="lead">{t('holder.lead')}</p>
        <Content organisation={useSession()?.principal.organisationId ?? ''} />
      </div>
    </Need>
  );
}

function Content({ organisation }: { readonly organisation: string }) {
  const { desk, fault } = useDesk(organisation);
  return (
    <>
      <Seats organisation={organisation} />
      <ServedNote organisation={organisation} />
      {fault !== null && <FaultView error={fault} />}
      {desk && (
        <>
          <RootsCard desk={desk} />
          <KeystoreCard desk={desk} />
        </>
      )}
    </>
  );
}

/** Who may use this page at all, and what everybody else uses instead. */
function ServedNote({ organisation }: { readonly organisation: string }) {
  const { t } = useTranslation();
  const server = window.location.origin;
  const common = `--server ${server} --trust roots.json --p12 key.p12 --password-file password --keystore keys --passphrase-file passphrase`;
  return (
    <Section title={t('holder.served.title')}>
      <p className="note">{t('holder.served.text')}</p>
      <p>{t('holder.served.other')}</p>
      <pre className="raw" tabIndex={0} aria-label={t('holder.served.commands')}>
        {[
          `npx glasshall trustee accept <lot> ${common}`,
          `npx glasshall trustee open <lot> ${common}`,
          `npx glasshall trustee serve ${common}`,
          `npx glasshall trustee import keys.json --organisation ${organisation} --keystore keys --passphrase-file passphrase`,
        ].join('\n')}
      </pre>
    </Section>
  );
}

function Seats({ organisation }: { readonly organisation: string }) {
  const { t } = useTranslation();
  const seats = useInfiniteQuery(seatsQuery(organisation));
  const items = seats.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t('holder.seats.title')}>
      {seats.isPending && <Loading />}
      {seats.isError && <ProblemView error={seats.error} retry={() => void seats.refetch()} />}
      {seats.isSuccess && items.length === 0 && (
        <Empty title={t('holder.seats.none')}>
          <p>{t('holder.seats.noneNext')}</p>
        </Empty>
      )}
      {items.length > 0 && <SeatTable seats={items} />}
      <LoadMore list={seats} />
    </Section>
  );
}

function SeatTable({ seats }: { readonly seats: readonly HeldSeat[] }) {
  const { t } = useTranslation();
  const closed = seats.filter(({ stage }) => stage === 'closed').map(({ id }) => id);
  const { data: progress } = useQuery(progressQuery(closed));
  const head = [
    t('notices.colLot'),
    t('holder.seats.seat'),
    t('notices.colStage'),
    t('holder.seats.key'),
    t('notices.colDeadline'),
  ] as const;
  return (
    <DataTable caption={t('holder.seats.title')} head={head}>
      {seats.map((each) => (
        <tr key={each.id}>
          <Cell label={head[0]}>
            <Link to={`/trustee/lots/${each.id}`} className="lot-link">
              {each.projectName} {each.name}
            </Link>
            <span className="quiet block">{each.agency.name}</span>
          </Cell>
          <Cell label={head[1]}>{t('holder.seats.of', { i: each.seat.i, n: each.n, k: each.k })}</Cell>
          <Cell label={head[2]}>
            <StageTag stage={shownStage(each.stage, progress?.get(each.id))} />
          </Cell>
          <Cell label={head[3]}>
            {t(
              each.offered
                ? 'holder.seats.offered'
                : each.state === 'published'
                  ? 'holder.seats.wanted'
                  : 'holder.seats.no',
            )}
          </Cell>
          <Cell label={head[4]}>
            <Time at={each.deadline} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}
