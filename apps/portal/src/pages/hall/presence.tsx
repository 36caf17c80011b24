import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { signInToHall } from '../../api/hall.ts';
import type { Role } from '../../api/hall.ts';
import type { Lot } from '../../api/tendering.ts';
import { may, useSession } from '../../session/session-store.ts';
import type { Session } from '../../session/session-store.ts';
import { ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useRun } from '../../ui/use-run.ts';
import type { HallState } from './hall-state.ts';
import type { HallMoment } from './moment.tsx';

/** Who signed in, and the way to. `silent`: for the projector, where nobody types. */
export function Presence({
  lot,
  state,
  moment,
  silent,
}: {
  readonly lot: Lot;
  readonly state: HallState;
  readonly moment: HallMoment;
  readonly silent: boolean;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const own = session?.principal.organisationId;
  return (
    <>
      {state.present.length === 0 ? (
        <p className="quiet">{t('hall.nobody')}</p>
      ) : (
        <ul className="hall-present">
          {state.present.map(({ creditCode, name, role, at }) => (
            <li key={creditCode}>
              <strong>{name}</strong>
              {creditCode === own && <span className="good"> ({t('hall.you')})</span>}
              <span className="quiet block">
                {t(`hall.role.${role as Role}`)} · <Time at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {!silent && <SignIn lot={lot} state={state} moment={moment} session={session} />}
    </>
  );
}

function SignIn({
  lot,
  state,
  moment,
  session,
}: {
  readonly lot: Lot;
  readonly state: HallState;
  readonly moment: HallMoment;
  readonly session: Session | null;
}) {
  const { t } = useTranslation();
  const { busy, fault, run } = useRun();
  if (moment.name === 'cancelled') return null;
  if (state.phase === 'recorded') return <p className="quiet">{t('hall.sign.over')}</p>;
  if (!session)
    return (
      <p className="no-print">
        {t('hall.sign.visitor')}{' '}
        <Link to={`/sign-in?next=${encodeURIComponent(`/lots/${lot.id}/hall`)}`}>{t('hall.sign.login')}</Link>
      </p>
    );
  if (isPresent(state, session)) return <p className="good">{t('hall.sign.done')}</p>;
  if (!may(session, 'hall.attend')) return null;
  const role = roleOf(lot, session);
  const early = role === 'bidder' && moment.name === 'waiting';
  return (
    <div className="no-print">
      <Button
        type="primary"
        disabled={early}
        loading={busy}
        onClick={() => void run(() => signInToHall(lot.id, role))}
      >
        {t('hall.sign.in')}
      </Button>
      {early && <p className="quiet">{t('hall.sign.early')}</p>}
      {fault !== null && <ProblemView error={fault} />}
    </div>
  );
}

export const isPresent = (state: HallState, session: Session | null): boolean =>
  session !== null && state.present.some(({ creditCode }) => creditCode === session.principal.organisationId);

/** Whom the notice names may be here before the deadline; everybody else who signs in says to have bid. */
function roleOf(lot: Lot, { principal: { organisationId } }: Session): Role {
  if (lot.agency.creditCode === organisationId) return 'agency';
  if (lot.tenderee.creditCode === organisationId) return 'tenderee';
  if (lot.regulator.creditCode === organisationId) return 'regulator';
  return lot.seats.some(({ org }) => org === organisationId) ? 'trustee' : 'bidder';
}
