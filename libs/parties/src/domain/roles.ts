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

export const PERMISSIONS = [
  'me.read',
  'parties.approve',
  'parties.read',
  'tender.manage',
  'trustee.act',
  'bid.submit',
  'opening.sign',
  'evaluation.read',
  'evaluation.manage',
  'award.manage',
  'deadline.change',
  'evidence.full',
  'operations.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The one table of who may do what; the use case checks again, on the object. */
export const PERMISSIONS_OF: { readonly [Role in PartyRole]: readonly Permission[] } = {
  tenderee: ['me.read', 'trustee.act', 'opening.sign', 'evaluation.read', 'deadline.change'],
  agency: [
    'me.read',
    'tender.manage',
    'trustee.act',
    'opening.sign',
    'evaluation.read',
    'evaluation.manage',
    'award.manage',
    'deadline.change',
  ],
  bidder: ['me.read', 'bid.submit'],
  regulator: [
    'me.read',
    'trustee.act',
    'opening.sign',
    'evaluation.read',
    'deadline.change',
    'evidence.full',
  ],
  operator: ['me.read', 'parties.approve', 'parties.read', 'trustee.act', 'operations.read'],
  expert: ['me.read'],
  notary: ['me.read', 'trustee.act'],
  audit: ['me.read', 'trustee.act'],
  auditor: ['me.read', 'evidence.full'],
};

/** Permissions of an organisation with these roles, without repetition, in the table's order. */
export function permissionsOf(roles: readonly PartyRole[]): Permission[] {
  const granted = new Set(roles.flatMap((role) => PERMISSIONS_OF[role]));
  return PERMISSIONS.filter((permission) => granted.has(permission));
}

/** Granted on enrolment; every other role waits for the operator. */
export const SELF_SERVICE_ROLES: readonly PartyRole[] = ['bidder'];
