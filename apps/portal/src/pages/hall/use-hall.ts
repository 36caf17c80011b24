import { useEffect, useReducer } from 'react';
import { followHall } from '../../api/hall-stream.ts';
import type { Connection, HallEvent } from '../../api/hall-stream.ts';
import { EMPTY_HALL, afterEvent } from './hall-state.ts';
import type { HallState } from './hall-state.ts';

export interface Hall {
  readonly state: HallState;
  readonly connection: Connection;
  /** Events that happened while somebody was looking, newest last: those are announced. */
  readonly live: readonly HallEvent[];
  /** Up to here it had happened before this page was opened. */
  readonly head: number | null;
  readonly refused: unknown;
}

type Step =
  | { readonly of: 'events'; readonly events: readonly HallEvent[] }
  | { readonly of: 'head'; readonly seq: number }
  | { readonly of: 'connection'; readonly state: Connection }
  | { readonly of: 'refused'; readonly error: unknown }
  | { readonly of: 'start' };

const START: Hall = { state: EMPTY_HALL, connection: 'connecting', live: [], head: null, refused: null };
const LIVE = 5;

function step(hall: Hall, what: Step): Hall {
  switch (what.of) {
    case 'start':
      return START;
    case 'connection':
      return { ...hall, connection: what.state };
    // Of a later connection: what was missed is told like everything else.
    case 'head':
      return { ...hall, head: hall.head ?? what.seq };
    case 'refused':
      return { ...hall, refused: what.error };
    case 'events': {
      const { head } = hall;
      const news = head === null ? [] : what.events.filter(({ seq }) => seq > head);
      return {
        ...hall,
        state: what.events.reduce(afterEvent, hall.state),
        live: [...hall.live, ...news].slice(-LIVE),
      };
    }
  }
}

/** The hall of a lot, as its feed tells it, for as long as the page is open. */
export function useHall(lotId: string): Hall {
  const [hall, take] = useReducer(step, START);
  useEffect(() => {
    take({ of: 'start' });
    return followHall(lotId, {
      events: (events) => take({ of: 'events', events }),
      head: (seq) => take({ of: 'head', seq }),
      connection: (state) => take({ of: 'connection', state }),
      refused: (error) => take({ of: 'refused', error }),
    });
  }, [lotId]);
  return hall;
}
