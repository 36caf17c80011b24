import { useQueries, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { lotQuery } from '../../api/tendering.ts';
import { packagesQuery } from '../../seal/package-store.ts';
import { useFollowed } from '../../seal/followed.ts';
import { Need } from '../../session/need.tsx';
import { useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { Cell, DataTable, Section } from '../../ui/parts.tsx';
import { stageAt } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time, beijing } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { BidDamaged } from './bid-damaged.tsx';
import { BidState } from './bid-state.tsx';
import { FollowButton } from './follow.tsx';

/** What this browser knows: nothing here was asked of the platform by name. */
export default function BidsPage() {
  const { t } = useTranslation();
  useTitle(t('bids.title'));
  return (
    <Need permission="bid.submit">
      <div className="page">
        <h1>{t('bids.title')}</h1>
        <p className="lead">{t('bids.lead')}</p>
        <Section title={t('bids.packages')}>
          <Packages />
        </Section>
        <Section title={t('bids.followed')}>
          <Followed />
        </Section>
      </div>
    </Need>
  );
}

function Packages() {
  const { t } = useTranslation();
  const session = useSession();
  const { data, isPending, error, refetch } = useQuery(
    packagesQuery(session?.principal.organisationId ?? ''),
  );
  if (isPending) return <Loading />;
  if (error) return <ProblemView error={error} />;
  const damaged = <BidDamaged packages={data.damaged} changed={() => void refetch()} />;
  if (data.whole.length === 0 && data.damaged.length > 0) return damaged;
  if (data.whole.length === 0)
    return (
      <Empty title={t('bids.noPackages')}>
        <p>{t('bids.noPackagesNext')}</p>
        <Link to="/notices">{t('bids.find')}</Link>
      </Empty>
    );
  const [lot, state, sealedAt] = [t('bids.lot'), t('bids.state'), t('bids.sealedAt')];
  return (
    <>
      {damaged}
      <DataTable caption={t('bids.packages')} head={[lot, state, sealedAt]}>
        {data.whole.map((each) => (
          <tr key={each.place.id}>
            <Cell label={lot}>
              <Link className="lot-link" to={`/lots/${each.note.lot}/bid`}>
                {each.note.projectName} {each.note.lotName}
              </Link>
            </Cell>
            <Cell label={state}>
              <BidState state={each.state} />
            </Cell>
            <Cell label={sealedAt} className="nowrap">
              {beijing(each.note.sealedAt)} UTC+8
            </Cell>
          </tr>
        ))}
      </DataTable>
    </>
  );
}

function Followed() {
  const { t } = useTranslation();
  const ids = useFollowed();
  const now = useServerNow();
  const lots = useQueries({ queries: ids.map((id) => lotQuery(id)) });
  if (ids.length === 0)
    return (
      <Empty title={t('bids.noneFollowed')}>
        <p>{t('bids.noneFollowedNext')}</p>
        <Link to="/notices">{t('bids.find')}</Link>
      </Empty>
    );
  const [name, state, deadline] = [t('bids.lot'), t('bids.state'), t('lot.deadline')];
  return (
    <DataTable caption={t('bids.followed')} head={[name, state, deadline, t('bids.unfollow')]}>
      {lots.map(({ data: lot }, at) =>
        lot ? (
          <tr key={lot.id}>
            <Cell label={name}>
              <Link className="lot-link" to={`/lots/${lot.id}`}>
                {lot.projectName} {lot.name}
              </Link>
            </Cell>
            <Cell label={state}>
              <StageTag stage={stageAt(lot, now)} />
            </Cell>
            <Cell label={deadline}>
              <Time at={lot.deadline} />
            </Cell>
            <Cell label={t('bids.unfollow')}>
              <FollowButton lot={lot.id} />
            </Cell>
          </tr>
        ) : (
          <tr key={ids[at]}>
            <td colSpan={4}>
              <Loading />
            </td>
          </tr>
        ),
      )}
    </DataTable>
  );
}
