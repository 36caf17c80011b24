import type { ParseKeys } from 'i18next';
import type { Permission } from './session-store.ts';

/** A workplace: who may do this finds it in the header. */
export interface Desk {
  readonly permission: Permission;
  readonly path: string;
  readonly word: ParseKeys;
}

export const DESKS: readonly Desk[] = [
  { permission: 'bid.submit', path: '/bids', word: 'bids.title' },
  { permission: 'supervision.read', path: '/supervision', word: 'offices.board.desk' },
  { permission: 'operations.read', path: '/operations', word: 'offices.operations.desk' },
  { permission: 'trustee.act', path: '/trustee', word: 'holder.desk' },
  { permission: 'tender.cancel', path: '/agency', word: 'agency.desk' },
];
