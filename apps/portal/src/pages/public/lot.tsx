import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useOutletContext, useParams } from 'react-router';
import { resultQuery } from '../../api/award.ts';
import type { Result } from '../../api/award.ts';
import { openingQuery } from '../../api/opening.ts';
import type { Opening } from '../../api/opening.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { FollowButton } from '../bidder/follow.tsx';
import { may, useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { shownStage, stageAt } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { Time, useDuration } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';

/** What every page of a lot knows; null: there is none yet. */
export interface LotContext {
  readonly lot: Lot;
  readonly opening: Opening | null;
  readonly result: Result | null;
}

export const useLot = (): LotContext => useOutletContext<LotContext>();

export function LotPage() {
  const { lotId = '' } = useParams();
  const lot = useQuery(lotQuery(lotId));
  const keyed = lot.data?.state === 'keyed';
  const opening = useQuery({ ...openingQuery(lotId), enabled: keyed });
  // There is no result before there is a record: asked earlier, the answer would be a refusal.
  const recorded = opening.data?.state === 'recorded';
  const result = useQuery({ ...resultQuery(lotId), enabled: recorded });
  if (lot.isPending || (keyed && opening.isPending) || (recorded && result.isPending))
    return (
      <div className="page">
        <Loading />
      </div>
    );
  const failed = [lot, opening, result].filter(({ isError }) => isError);
  const [first] = failed;
  const problem = first && <ProblemView error={first.error} retry={() => void first.refetch()} />;
  // What was read before stays; what was never read is not taken for "there is none".
  if (!lot.data || failed.some(({ data }) => data === undefined))
    return <div className="page narrow">{problem}</div>;
  const context = { lot: lot.data, opening: opening.data ?? null, result: result.data ?? null };
  return (
    <div className="page">
      {problem}
      <LotHead {...context} />
      <Tabs />
      <Outlet context={context} />
    </div>
  );
}

function LotHead({ lot, opening, result }: LotContext) {
  const { t } = useTranslation();
  useTitle(`${lot.projectName} ${lot.name}`);
  const progress = { opening: opening?.state ?? null, award: result?.state ?? null };
  return (
    <header className="lot-head">
      <div>
        <p className="quiet">{lot.projectName}</p>
        <h1>{lot.name}</h1>
        <p className="lot-meta">
          <StageTag stage={shownStage(stageAt(lot, useServerNow()), progress)} />
          <span>
            {t('lot.tenderee')} {lot.tenderee.name}
          </span>
          {may(useSession(), 'bid.submit') && <FollowButton lot={lot.id} />}
        </p>
      </div>
      <Deadline lot={lot} />
    </header>
  );
}

function Deadline({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const duration = useDuration();
  const left = now === null ? null : Date.parse(lot.deadline) - now;
  return (
    <div className="deadline">
      <span className="quiet">{t('lot.deadline')}</span>
      <strong>
        <Time at={lot.deadline} />
      </strong>
      {left !== null && lot.state !== 'cancelled' && (
        <span className="remaining" role="timer">
          {left > 0 ? `${t('lot.remaining')} ${duration(left)}` : t('lot.passed')}
        </span>
      )}
    </div>
  );
}

function Tabs() {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t('lot.tabs')}>
      <NavLink to="." end>
        {t('lot.tabNotice')}
      </NavLink>
      <NavLink to="opening">{t('lot.tabOpening')}</NavLink>
      <NavLink to="hall">{t('hall.tab')}</NavLink>
      <NavLink to="result">{t('lot.tabResult')}</NavLink>
      {may(useSession(), 'bid.submit') && <NavLink to="bid">{t('bids.bid')}</NavLink>}
    </nav>
  );
}
