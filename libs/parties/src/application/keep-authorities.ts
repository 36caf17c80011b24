import { Injectable } from '@nestjs/common';
import { refuse, RefusalError, Settings } from '#kernel';
import type { Instant, Refusal } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import {
  b64u,
  isCrlOf,
  isDevelopmentAuthority,
  parseCrl,
  parsePem,
  sha256,
  toPem,
  validateChain,
} from '#trust';
import type { Certificate, CertificateRevocationList } from '#trust';
import type { Principal } from '#web';
import type { PartyCode } from '../domain/refusals.ts';
import type { StoredCrl, TrustedRoot } from '../parties.facade.ts';
import { AuthorityStore } from './authority-store.ts';
import { CertificateCheck } from './certificate-check.ts';
import { PartyStore } from './party-store.ts';
import type { AccessEntry } from './party-store.ts';
import { SessionStore } from './session-store.ts';

export interface NewAuthority {
  readonly pem: string;
  readonly label: string;
  readonly development: boolean;
}

export interface NewCrl {
  readonly der: Uint8Array;
  /** PEM of the issuer, leaf first, where it is not a trusted root itself. */
  readonly issuerChain?: string;
}

/** Who changes the list; null before there is an operator (installation). */
export type Keeper = Principal | null;

const refusal = (code: PartyCode, facts: Refusal['facts'] = {}) =>
  new RefusalError(refuse(code, facts).error);

/** The issuer's name, comparable (RFC 5280 section 7.1): one newest list is kept per issuer. */
const issuerOf = (name: Certificate['subject']): string => name.comparable.join(' ');

export interface ReadCrl extends NewCrl {
  readonly stored: StoredCrl;
  readonly list: CertificateRevocationList;
}

/** @throws RefusalError PARTIES.CRL_MALFORMED */
export function readCrl(given: NewCrl): ReadCrl {
  const { der } = given;
  const parsed = parseCrl(der);
  if (!parsed.ok) throw refusal('PARTIES.CRL_MALFORMED', parsed.error.facts);
  const { issuer, thisUpdate, nextUpdate, unsupported } = parsed.value;
  if (nextUpdate === null || unsupported !== null)
    throw refusal('PARTIES.CRL_MALFORMED', { reason: unsupported ?? 'no nextUpdate' });
  const hash = b64u.encode(sha256(der));
  const stored = { sha256: hash, der, issuer: issuerOf(issuer), thisUpdate, nextUpdate };
  return { ...given, stored, list: parsed.value };
}

/** The operator's list of trusted certificate authorities, and their revocation lists. */
@Injectable()
export class KeepAuthorities {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly authorities: AuthorityStore,
    private readonly sessions: SessionStore,
    private readonly parties: PartyStore,
    private readonly certificates: CertificateCheck,
    private readonly settings: Settings,
  ) {}

  /** `pem`: exactly one self-signed certificate of an authority. A development one only in demonstration mode. */
  trust(root: NewAuthority, who: Keeper, address: string): Promise<TrustedRoot> {
    return this.unitOfWork.run((tx) => this.trustIn(tx, root, who, address));
  }

  /** {@link trust} in a transaction of the caller. What is trusted already stays as it is, without a line. */
  async trustIn(tx: Tx, root: NewAuthority, who: Keeper, address: string): Promise<TrustedRoot> {
    const trusted = this.judge(root);
    const { fingerprint, label } = trusted;
    const known = (await this.authorities.trustedRoots(tx)).find((each) => each.fingerprint === fingerprint);
    if (known?.label === label) return known;
    await this.authorities.trust(tx, trusted);
    await this.record(tx, 'authority-trusted', who, address, { fingerprint, label });
    return trusted;
  }

  private judge({ pem, label, development }: NewAuthority): TrustedRoot {
    const parsed = parsePem(pem);
    const [authority, ...rest] = parsed.ok ? parsed.value : [];
    if (!authority || rest.length > 0)
      throw refusal('PARTIES.AUTHORITY_MALFORMED', { reason: 'one certificate' });
    if (authority.extensions.basicConstraints?.ca !== true)
      throw refusal('PARTIES.AUTHORITY_MALFORMED', { reason: 'not an authority' });
    // The mark is in every authority that our own tools make: whoever calls it something else is mistaken.
    const marked = development || isDevelopmentAuthority(authority);
    if (marked && !this.settings.demo) throw refusal('PARTIES.AUTHORITY_DEVELOPMENT');
    return { fingerprint: authority.fingerprint, pem: toPem([authority]), label, development: marked };
  }

  /** Ends the sessions of every certificate that no longer has a path to a trusted root. */
  async withdraw(fingerprint: string, who: Keeper, address: string): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      if (!(await this.authorities.withdraw(tx, fingerprint)))
        throw refusal('PARTIES.AUTHORITY_UNKNOWN', { fingerprint });
      await this.record(tx, 'authority-withdrawn', who, address, { fingerprint });
      await this.endUntrustedSessions(tx, await tx.now());
    });
  }

  /**
   * Takes a newer CRL of a trusted root, or of an authority below one whose chain comes with it, and ends the
   * sessions of certificates that it revokes.
   */
  storeCrl(list: NewCrl, who: Keeper, address: string): Promise<StoredCrl> {
    const read = readCrl(list);
    return this.unitOfWork.run((tx) => this.storeCrlIn(tx, read, who, address));
  }

  /** {@link storeCrl} in a transaction of the caller, of a list that {@link readCrl} has read. */
  async storeCrlIn(tx: Tx, crl: ReadCrl, who: Keeper, address: string): Promise<StoredCrl> {
    const { stored } = crl;
    const now = await tx.now();
    if (stored.thisUpdate > now) throw refusal('PARTIES.CRL_MALFORMED', { reason: 'from the future' });
    if (!(await this.isFromTrusted(tx, crl, now))) throw refusal('PARTIES.CRL_UNTRUSTED');
    if (await this.replaceOlder(tx, stored)) {
      await this.record(tx, 'crl-stored', who, address, { sha256: stored.sha256 });
      await this.endUntrustedSessions(tx, now);
    }
    return stored;
  }

  private async isFromTrusted(tx: Tx, { list, issuerChain }: ReadCrl, at: Instant): Promise<boolean> {
    const roots = (await this.authorities.trustedRoots(tx)).flatMap(({ pem }) => {
      const parsed = parsePem(pem);
      return parsed.ok ? parsed.value : [];
    });
    const signs = (issuer: Certificate) =>
      issuerOf(issuer.subject) === issuerOf(list.issuer) && isCrlOf(list, issuer);
    if (roots.some(signs)) return true;
    const chain = issuerChain === undefined ? null : parsePem(issuerChain);
    const [issuer, ...intermediates] = chain?.ok ? chain.value : [];
    if (!issuer || !signs(issuer)) return false;
    return validateChain({ leaf: issuer, intermediates, roots, at, keyUsage: 'cRLSign' }).ok;
  }

  /** An older list of the same issuer would bring revoked certificates back. The same list again is fine. */
  private async replaceOlder(tx: Tx, crl: StoredCrl): Promise<boolean> {
    await tx.lock(`parties.crl ${crl.issuer}`);
    const current = (await this.authorities.crls(tx)).find(({ issuer }) => issuer === crl.issuer);
    if (current?.sha256 === crl.sha256) return false;
    if (current && current.thisUpdate > crl.thisUpdate) throw refusal('PARTIES.CRL_OLDER');
    await this.authorities.addCrl(tx, crl);
    return true;
  }

  /**
   * At the start of a platform. Authorities that a demonstration has left are not trusted outside demonstration mode:
   * the sessions below them end, and who starts the platform is told of them.
   */
  async leaveDemonstration(): Promise<readonly TrustedRoot[]> {
    return this.unitOfWork.run(async (tx) => {
      const left = await this.authorities.distrustedRoots(tx);
      if (left.length > 0) await this.endUntrustedSessions(tx, await tx.now());
      return left;
    });
  }

  private async endUntrustedSessions(tx: Tx, now: Instant): Promise<void> {
    for (const fingerprint of await this.sessions.liveCertificates(tx)) {
      const row = await this.parties.certificate(tx, fingerprint);
      if (row && (await this.certificates.check(tx, row.chain, now)).ok) continue;
      await this.sessions.revokeByCertificate(tx, fingerprint);
      await this.record(tx, 'session-revoked', null, '', { fingerprint });
    }
  }

  private record(
    tx: Tx,
    action: AccessEntry['action'],
    who: Keeper,
    address: string,
    object: AccessEntry['object'],
  ): Promise<void> {
    return this.parties.record(tx, {
      action,
      address,
      personId: who?.personId ?? null,
      creditCode: who?.organisationId ?? null,
      fingerprint: who?.certificateFingerprint ?? null,
      object,
    });
  }
}
