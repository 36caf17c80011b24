import type { TFunction } from 'i18next';
import type { Role } from '../../api/hall.ts';
import type { HallEvent } from '../../api/hall-stream.ts';
import type { Lot } from '../../api/tendering.ts';
import { yuan } from '../../ui/figures.ts';
import { beijing } from '../../ui/time.tsx';
import type { HallBid, Read } from './hall-state.ts';
import type { Part } from './quorum.tsx';

/** Told as they are, with nothing to fill in. */
const PLAIN = ['added', 'stage-0', 'failed', 'recorded', 'cancelled'] as const;
const OF_A_BID = ['damaged', 'revoked', 'restored'] as const;
const OF_SEATS = ['shares', 'shares-refused'] as const;

const among = <T extends string>(kinds: readonly T[], kind: string): kind is T =>
  (kinds as readonly string[]).includes(kind);

/** One event in a sentence; null for what only moves the tables. */
export function sayEvent(
  t: TFunction,
  { kind, c, facts }: HallEvent,
  bids: readonly HallBid[],
  seats: Lot['seats'],
): string | null {
  const text = (name: string): string => {
    const value = facts[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const bidder = (): string => bids.find((bid) => bid.c === c)?.name ?? t('hall.someone');
  const seat = (): string => {
    const role = seats.find(({ i }) => String(i) === text('i'))?.role;
    return role ? `${text('i')} (${t(`opening.role.${role}`)})` : text('i');
  };
  if (among(PLAIN, kind)) return t(`hall.event.${kind}`);
  if (among(OF_A_BID, kind)) return t(`hall.event.${kind}`, { name: bidder() });
  if (among(OF_SEATS, kind)) {
    const part = t(`hall.part.${`${text('stage')}-${text('audience')}` as Part}`);
    return t(`hall.event.${kind}`, { i: seat(), part });
  }
  switch (kind) {
    case 'signed-in':
      return t('hall.event.signed-in', { name: text('name'), role: t(`hall.role.${text('role') as Role}`) });
    case 'deadline':
      return t('hall.event.deadline', { time: `${beijing(text('deadline'))} UTC+8` });
    case 'closed':
      return t('hall.event.closed', { bids: text('bids') });
    case 'identity':
      return facts['valid'] === true
        ? t('hall.event.identity', { name: text('name') })
        : t('hall.event.identity-invalid');
    case 'stage-1':
      return t('hall.event.stage-1', { bidders: text('distinctBidders') });
    case 'envelope': {
      const sheet = facts['sheet'] as Read | undefined;
      if (!sheet) return null;
      return t('hall.event.read', { name: bidder(), price: yuan(sheet.price), days: sheet.periodDays });
    }
    case 'opened':
      return c === null ? t('hall.event.opened') : null;
    case 'objection':
      return t('hall.event.objection', { name: text('by'), n: text('n') });
    case 'answer':
      return t('hall.event.answer', { n: text('n') });
    case 'signed':
      return t('hall.event.signed', { name: text('by') });
    default:
      return null;
  }
}
