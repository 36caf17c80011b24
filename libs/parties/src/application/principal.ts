import type { Principal } from '#web';
import { isPartyRole, permissionsOf } from '../domain/roles.ts';
import type { LiveSession } from './session-store.ts';

/** `organisationId` is the organisation's credit code. */
export const principalOf = (session: LiveSession): Principal => ({
  personId: session.personId,
  organisationId: session.creditCode,
  roles: session.roles,
  permissions: permissionsOf(session.roles.filter(isPartyRole)),
  certificateFingerprint: session.fingerprint,
  sessionId: session.id,
});
