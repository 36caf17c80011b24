/** `#parties`: organisations, people, certificates, sessions, trusted authorities. */
export * from './parties.facade.ts';
export * from './domain/roles.ts';
