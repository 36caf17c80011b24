import { useTranslation } from 'react-i18next';
import type { Lot } from '../../api/tendering.ts';
import { Time } from '../../ui/time.tsx';
import type { HallState } from './hall-state.ts';
import { sayEvent } from './say-event.ts';

/** All that happened, newest first. */
export function HallLog({ state, seats }: { readonly state: HallState; readonly seats: Lot['seats'] }) {
  const { t } = useTranslation();
  const lines = state.told.flatMap((event) => {
    const text = sayEvent(t, event, state.bids, seats);
    return text === null ? [] : [{ ...event, text }];
  });
  return (
    <ol className="hall-log" aria-label={t('hall.logCaption')} tabIndex={0}>
      {lines.reverse().map(({ seq, at, text }) => (
        <li key={seq}>
          {text}
          <span className="quiet block">
            <Time at={at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
