import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Lot } from '../../api/tendering.ts';
import { useServerNow } from '../../ui/clock.ts';
import { Time, useDuration } from '../../ui/time.tsx';
import type { HallState } from './hall-state.ts';

export type MomentName =
  'waiting' | 'closing' | 'closed' | 'opening' | 'opened' | 'signing' | 'done' | 'failed' | 'cancelled';

/** Where the hall is, and until when where that is known. */
export interface HallMoment {
  readonly name: MomentName;
  /** Milliseconds of the platform's clock left until the end of this moment; null: it has none, or no clock is known. */
  readonly left: number | null;
  readonly deadline: string;
}

export function useMoment(lot: Lot, state: HallState): HallMoment {
  const now = useServerNow();
  const deadline = state.deadline ?? lot.deadline;
  const until = (at: string | null): number | null =>
    at === null || now === null ? null : Date.parse(at) - now;
  const toDeadline = until(deadline);
  const passed = toDeadline !== null && toDeadline <= 0;
  const name = nameOf(lot, state, passed);
  const left = name === 'waiting' ? toDeadline : name === 'closed' ? until(state.releaseAt) : null;
  return { name, left, deadline };
}

function nameOf(lot: Lot, state: HallState, passed: boolean): MomentName {
  if (state.cancelled || lot.state === 'cancelled') return 'cancelled';
  switch (state.phase) {
    case 'waiting':
      return passed ? 'closing' : 'waiting';
    case 'closed':
      return 'closed';
    case 'stage-0':
    case 'stage-1':
      return 'opening';
    case 'opened':
      return state.objections.some(({ answer }) => answer === null) || state.objections.length === 0
        ? 'opened'
        : 'signing';
    case 'failed':
      return 'failed';
    case 'recorded':
      return state.failed ? 'failed' : 'done';
  }
}

/** The calm board on top: one word, one figure, one sentence. */
export function Moment({
  lot,
  state,
  moment: { name, left, deadline },
}: {
  readonly lot: Lot;
  readonly state: HallState;
  readonly moment: HallMoment;
}) {
  const { t } = useTranslation();
  const duration = useDuration();
  const timed = name === 'waiting' || name === 'closed';
  return (
    <section className={`hall-moment moment-${name}`} data-moment={name} aria-labelledby="hall-moment">
      <div>
        <h2 id="hall-moment">{t(`hall.moment.${name}`)}</h2>
        {timed && (
          <p className="hall-clock" role="timer">
            {left === null ? t('hall.unknownTime') : duration(left)}
          </p>
        )}
        <p>{t(`hall.momentText.${name}`)}</p>
        {state.phase === 'recorded' && (
          <p className="no-print">
            <Link to={`/lots/${lot.id}/opening`}>{t('hall.record')}</Link>
          </p>
        )}
      </div>
      <p className="quiet">
        {t('lot.deadline')} <Time at={deadline} />
      </p>
    </section>
  );
}
