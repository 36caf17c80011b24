import type { Instant } from '#kernel';
import type { Tx } from '#persistence';
import type { Holder } from '../domain/holder.ts';
import type { PartyRole } from '../domain/roles.ts';

export interface GrantRow {
  readonly role: PartyRole;
  readonly state: 'requested' | 'granted';
}

export interface OrganisationRow {
  readonly creditCode: string;
  readonly name: string;
  readonly enrolledAt: Instant;
  readonly grants: readonly GrantRow[];
}

export interface CertificateRow {
  readonly fingerprint: string;
  /** PEM, leaf first, without the root. */
  readonly chain: string;
  readonly personId: string;
  readonly personName: string;
  readonly creditCode: string;
  readonly organisationName: string;
}

/** What is written down about every sign-in and approval (20号令49: time, network address, person). */
export interface AccessEntry {
  readonly action:
    | 'enrolled'
    | 'signed-in'
    | 'signed-out'
    | 'role-approved'
    | 'authority-trusted'
    | 'authority-withdrawn'
    | 'crl-stored'
    | 'session-revoked'
    | 'operator-installed';
  readonly address: string;
  readonly personId: string | null;
  readonly creditCode: string | null;
  readonly fingerprint: string | null;
  /** What it was done to: an organisation and role, an authority. Never a secret. */
  readonly object: Readonly<Record<string, string>>;
}

/** Organisations, people and their certificates. Every method runs in the caller's transaction. */
export abstract class PartyStore {
  abstract organisation(tx: Tx, creditCode: string): Promise<OrganisationRow | null>;
  /** By credit code, after `after` (exclusive); at most `limit`. */
  abstract organisations(tx: Tx, after: string, limit: number): Promise<readonly OrganisationRow[]>;
  abstract withRole(tx: Tx, role: PartyRole, limit: number): Promise<readonly OrganisationRow[]>;
  /** Returns the stored name: another than the given one where the organisation was known already. */
  abstract ensureOrganisation(tx: Tx, creditCode: string, name: string): Promise<string>;
  /** Returns the person's id, new or known. */
  abstract ensurePerson(tx: Tx, holder: Holder): Promise<string>;
  abstract ensureCertificate(tx: Tx, fingerprint: string, personId: string, chain: string): Promise<void>;
  abstract certificate(tx: Tx, fingerprint: string): Promise<CertificateRow | null>;
  /** Adds requests; a role that is requested or granted already stays as it is. */
  abstract requestRoles(tx: Tx, creditCode: string, roles: readonly PartyRole[]): Promise<void>;
  /** False when there was no such request. A granted role stays granted (true). */
  abstract grantRole(tx: Tx, creditCode: string, role: PartyRole, by: string | null): Promise<boolean>;
  /** Appends to a table that nobody can update or delete from; the database's clock gives the time. */
  abstract record(tx: Tx, entry: AccessEntry): Promise<void>;
}
