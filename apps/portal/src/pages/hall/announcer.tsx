import { useTranslation } from 'react-i18next';
import type { Lot } from '../../api/tendering.ts';
import { sayEvent } from './say-event.ts';
import type { Hall } from './use-hall.ts';

/** What happens while somebody listens is read to them, politely, in order; what happened before is not. */
export function Announcer({ hall, seats }: { readonly hall: Hall; readonly seats: Lot['seats'] }) {
  const { t } = useTranslation();
  const said = hall.live.flatMap((event) => {
    const text = sayEvent(t, event, hall.state.bids, seats);
    return text === null ? [] : [{ seq: event.seq, text }];
  });
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions">
      {said.map(({ seq, text }) => (
        <p key={seq}>{text}</p>
      ))}
    </div>
  );
}
