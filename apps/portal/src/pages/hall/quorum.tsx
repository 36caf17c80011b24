import { useTranslation } from 'react-i18next';
import type { Lot } from '../../api/tendering.ts';
import type { HallState } from './hall-state.ts';

export const PARTS = ['0-public', '0-journal', '1-public', '1-committee'] as const;
export type Part = (typeof PARTS)[number];

/** How many seats released what, against how many are needed. */
export function Quorum({ lot, state }: { readonly lot: Lot; readonly state: HallState }) {
  const { t, i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language, { style: 'short', type: 'conjunction' });
  const { k, seats } = lot;
  const nameOf = (i: number): string => {
    const role = seats.find((seat) => seat.i === i)?.role;
    return role ? t(`opening.role.${role}`) : t('opening.seat', { i });
  };
  return (
    <>
      <p className="quiet">{t('hall.quorumText', { k })}</p>
      <ul className="hall-quorum">
        {PARTS.map((part) => {
          const released = state.released[part] ?? [];
          return (
            <li key={part}>
              <span>{t(`hall.part.${part}`)}</span>
              <span>
                {t('hall.released', { count: released.length, k })}
                {released.length >= k && <span className="good"> {t('hall.enough')}</span>}
              </span>
              <meter
                min={0}
                max={k}
                value={Math.min(k, released.length)}
                aria-label={t(`hall.part.${part}`)}
              />
              {released.length > 0 && (
                <span className="quiet">
                  {t('hall.seats', {
                    seats: list.format([...released].sort((a, b) => a - b).map(nameOf)),
                  })}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {state.refused.map(({ i, seq }) => (
        <p key={seq} className="bad">
          {t('hall.badShares', { i })}
        </p>
      ))}
    </>
  );
}
