import { Injectable } from '@nestjs/common';
import { refuse, RefusalError, unwrap } from '#kernel';
import type { Refusal } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { isCrlOf, parsePem, toPem } from '#trust';
import { holderOf } from '../domain/holder.ts';
import type { Holder } from '../domain/holder.ts';
import type { PartyCode } from '../domain/refusals.ts';
import { CertificateCheck } from './certificate-check.ts';
import type { CheckedCertificate } from './certificate-check.ts';
import { KeepAuthorities, readCrl } from './keep-authorities.ts';
import type { NewAuthority, ReadCrl } from './keep-authorities.ts';
import { PartyStore } from './party-store.ts';

export interface Installation {
  /** Empty where the operator's authority is trusted already. */
  readonly roots: readonly NewAuthority[];
  /** Revocation lists in DER: every authority on the operator's path needs one. */
  readonly crls: readonly Uint8Array[];
  /** PEM of the operator's certificate, leaf first. Its subject names the trading centre and the person. */
  readonly operator: string;
}

export interface InstalledOperator {
  readonly creditCode: string;
  readonly name: string;
  readonly person: string;
  /** Fingerprint of the certificate that may sign in now. */
  readonly certificate: string;
  /** False when this organisation was the operator already. */
  readonly installed: boolean;
}

const refusal = (code: PartyCode, facts: Refusal['facts']) => new RefusalError(refuse(code, facts).error);

/**
 * The first operator approves everyone else, so nobody can approve the first: whoever installs the platform names the
 * trading centre, with the authorities that its certificate is judged by. One transaction: an installation that was
 * killed has done nothing. Sent again for the same organisation it adds what is missing (also the way back in when
 * every authority was withdrawn); another organisation is refused: afterwards only an operator grants that role.
 */
@Injectable()
export class InstallOperator {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parties: PartyStore,
    private readonly authorities: KeepAuthorities,
    private readonly certificates: CertificateCheck,
  ) {}

  async run({ roots, crls, operator }: Installation): Promise<InstalledOperator> {
    return this.unitOfWork.run(async (tx) => {
      await tx.lock('parties.install-operator');
      for (const root of roots) await this.authorities.trustIn(tx, root, null, '');
      for (const der of crls)
        await this.authorities.storeCrlIn(tx, withIssuer(readCrl({ der }), operator), null, '');
      const checked = unwrap(await this.certificates.check(tx, operator, await tx.now()));
      return this.name(tx, checked, unwrap(holderOf(checked.leaf)));
    });
  }

  private async name(
    tx: Tx,
    { leaf, chain }: CheckedCertificate,
    holder: Holder,
  ): Promise<InstalledOperator> {
    const { creditCode, organisation: name, person } = holder;
    const { fingerprint } = leaf;
    const installed = await this.isFirst(tx, creditCode);
    const enrolled = await this.parties.ensureOrganisation(tx, creditCode, name);
    if (enrolled !== name) throw refusal('PARTIES.ORGANISATION_NAME_DIFFERS', { creditCode, enrolled });
    const known = await this.parties.certificate(tx, fingerprint);
    const personId = await this.parties.ensurePerson(tx, holder);
    await this.parties.ensureCertificate(tx, fingerprint, personId, chain);
    if (installed) {
      await this.parties.requestRoles(tx, creditCode, ['operator']);
      await this.parties.grantRole(tx, creditCode, 'operator', null);
    }
    if (installed || !known)
      await this.parties.record(tx, {
        action: 'operator-installed',
        address: '',
        personId,
        creditCode,
        fingerprint,
        object: { creditCode },
      });
    return { creditCode, name, person, certificate: fingerprint, installed };
  }

  private async isFirst(tx: Tx, creditCode: string): Promise<boolean> {
    const operators = await this.parties.withRole(tx, 'operator', 100);
    if (operators.some((each) => each.creditCode === creditCode)) return false;
    const [other] = operators;
    if (other) throw refusal('PARTIES.OPERATOR_EXISTS', { creditCode: other.creditCode });
    return true;
  }
}

/** A list of an authority between root and operator comes with that authority's own chain. */
function withIssuer(crl: ReadCrl, operator: string): ReadCrl {
  const parsed = parsePem(operator);
  const above = parsed.ok ? parsed.value.slice(1) : [];
  const at = above.findIndex((authority) => isCrlOf(crl.list, authority));
  return at < 0 ? crl : { ...crl, issuerChain: toPem(above.slice(at)) };
}
