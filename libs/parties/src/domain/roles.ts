/** What an organisation may be here (DOMAIN section 1); `operator` is the trading centre. */
export const PARTY_ROLES = [
  'tenderee',
  'agency',
  'bidder',
  'regulator',
  'operator',
  'expert',
  'notary',
  'audit',
  'auditor',
] as const;
export type PartyRole = (typeof PARTY_ROLES)[number];

export const isPartyRole = (text: string): text is PartyRole =>
  (PARTY_ROLES as readonly string[]).includes(text);

export const PERMISSIONS = [
  'me.read',
  'parties.approve',
  'parties.read',
  'authorities.manage',
  'tender.manage',
  'tender.cancel',
  'trustee.act',
  'bid.submit',
  'hall.attend',
  'opening.sign',
  'evaluation.read',
  'evaluation.manage',
  'award.manage',
  'deadline.change',
  'evidence.full',
  'supervision.read',
  'operations.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The one table of who may do what; the use case checks again, on the object. */
export const PERMISSIONS_OF: { readonly [Role in PartyRole]: readonly Permission[] } = {
  tenderee: [
    'tender.cancel',
    'trustee.act',
    'hall.attend',
    'opening.sign',
    'evaluation.read',
    'deadline.change',
  ],
  agency: [
    'tender.manage',
    'tender.cancel',
    'trustee.act',
    'hall.attend',
    'opening.sign',
    'evaluation.read',
    'evaluation.manage',
    'award.manage',
    'deadline.change',
  ],
  bidder: ['bid.submit', 'hall.attend'],
  regulator: [
    'trustee.act',
    'hall.attend',
    'opening.sign',
    'evaluation.read',
    'deadline.change',
    'evidence.full',
    'supervision.read',
  ],
  operator: [
    'parties.approve',
    'parties.read',
    'authorities.manage',
    'trustee.act',
    'hall.attend',
    'operations.read',
  ],
  expert: [],
  notary: ['trustee.act', 'hall.attend'],
  audit: ['trustee.act', 'hall.attend'],
  auditor: ['evidence.full'],
};

/** Whoever signed in may see and end the own session, even before a role is granted. */
const EVERYONE: readonly Permission[] = ['me.read'];

/** Permissions of an organisation with these roles, without repetition, in the table's order. */
export function permissionsOf(roles: readonly PartyRole[]): Permission[] {
  const granted = new Set([...EVERYONE, ...roles.flatMap((role) => PERMISSIONS_OF[role])]);
  return PERMISSIONS.filter((permission) => granted.has(permission));
}

/** Granted on enrolment; every other role waits for the operator. */
export const SELF_SERVICE_ROLES: readonly PartyRole[] = ['bidder'];
