import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ClientFailure, takeSeat } from '#client';
import type { LotSecret, SeatState } from '#client';
import type { Lot } from '../../api/tendering.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { alone, trusteeOf } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { shown } from '../../trustee/fault.ts';
import { Final } from '../../ui/final.tsx';
import { Section } from '../../ui/parts.tsx';

const LOOK_MS = 2_000;

/** Takes the seat with a fresh key, and goes on while the others are slower. */
export function SeatKey({
  lot,
  desk,
  known,
  destroyed,
  changed,
}: {
  readonly lot: Lot;
  readonly desk: Desk;
  readonly known: LotSecret | null;
  readonly destroyed: boolean;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { state, fault, begin } = useSeat(lot.id, desk, changed);
  const now = known?.lotKeyHash ? 'keyed' : (state ?? (known ? 'offered' : null));
  return (
    <Section title={t('holder.key.title')}>
      {destroyed && !known ? (
        <p>{t('holder.key.gone')}</p>
      ) : (
        <>
          <p data-seat={now ?? 'none'} role="status">
            {t(`holder.key.${now ?? 'none'}`)}
          </p>
          {now !== 'keyed' && lot.stage === 'key-ceremony' && (
            <Final
              word={t('holder.key.accept')}
              title={t('holder.key.accept')}
              run={begin}
              disabled={state !== null}
            >
              <p>{t('holder.key.acceptWhat')}</p>
            </Final>
          )}
          {!known && lot.stage !== 'key-ceremony' && <p className="note">{t('holder.key.elsewhere')}</p>}
        </>
      )}
      {fault !== null && <FaultView error={fault} />}
    </Section>
  );
}

function useSeat(lotId: string, desk: Desk, changed: () => void) {
  const { t } = useTranslation();
  const [state, setState] = useState<SeatState | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const look = async (): Promise<SeatState> => {
    const trustee = await trusteeOf(desk);
    const seat = await alone(lotId, () => takeSeat(trustee, lotId));
    setState(seat.state);
    changed();
    return seat.state;
  };
  /** The key is complete and waits for its place in the log: a moment later it can be checked. */
  const again = (before: SeatState): Promise<SeatState> =>
    look().catch((error: unknown) => {
      if (error instanceof ClientFailure && error.code === 'CLIENT.LOT_NOT_READY') return before;
      throw error;
    });
  const follow = async (first: SeatState): Promise<void> => {
    for (let now = first; now !== 'keyed' && here.current;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (here.current) now = await again(now);
    }
  };
  const begin = async (): Promise<void> => {
    const first = await look().catch((error: unknown) => {
      throw shown(error, t);
    });
    setFault(null);
    follow(first).catch((error: unknown) => {
      setState(null);
      setFault(shown(error, t));
    });
  };
  return { state, fault, begin };
}
