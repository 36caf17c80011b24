/**
 * `#parties`: organisations, people, certificates, sessions, trusted authorities. The module is global; inject
 * `Parties`. `Principal.organisationId` is the organisation's credit code.
 */
export { InstallOperator } from './application/install-operator.ts';
export type { Installation, InstalledOperator } from './application/install-operator.ts';
export { KeepAuthorities } from './application/keep-authorities.ts';
export { PERMISSIONS, PERMISSIONS_OF, permissionsOf, PARTY_ROLES } from './domain/roles.ts';
export type { PartyRole, Permission } from './domain/roles.ts';
export { Parties } from './parties.facade.ts';
export type { CertificateView, OrganisationView, StoredCrl, TrustedRoot } from './parties.facade.ts';
export { PartiesModule } from './parties.module.ts';
export { partiesSchema } from './parties.schema.ts';
