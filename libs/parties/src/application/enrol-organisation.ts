import { Injectable } from '@nestjs/common';
import { refuse, RefusalError } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { SELF_SERVICE_ROLES } from '../domain/roles.ts';
import type { PartyRole } from '../domain/roles.ts';
import { AnswerLogin } from './answer-login.ts';
import type { ProvenHolder, SignedLogin } from './answer-login.ts';
import { PartyStore } from './party-store.ts';
import type { GrantRow } from './party-store.ts';

export interface Enrolment {
  readonly creditCode: string;
  readonly name: string;
  readonly personId: string;
  /** Fingerprint of the certificate that is enrolled now. */
  readonly certificate: string;
  readonly grants: readonly GrantRow[];
}

/**
 * Enrols the organisation and person that the certificate names, or a further certificate of known ones. Sent again
 * it changes nothing. `bidder` is granted at once, every other role waits for the operator.
 */
@Injectable()
export class EnrolOrganisation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly answers: AnswerLogin,
    private readonly parties: PartyStore,
  ) {}

  async run(answer: SignedLogin, roles: readonly PartyRole[], address: string): Promise<Enrolment> {
    const proven = await this.answers.prove(answer);
    return this.unitOfWork.run((tx) => this.enrol(tx, proven, roles, address));
  }

  private async enrol(tx: Tx, proven: ProvenHolder, roles: readonly PartyRole[], address: string) {
    const { holder, leaf, chain } = proven;
    const { creditCode, organisation } = holder;
    const name = await this.parties.ensureOrganisation(tx, creditCode, organisation);
    if (name !== organisation)
      throw new RefusalError(
        refuse('PARTIES.ORGANISATION_NAME_DIFFERS', { creditCode, enrolled: name }).error,
      );
    const personId = await this.parties.ensurePerson(tx, holder);
    await this.parties.ensureCertificate(tx, leaf.fingerprint, personId, chain);
    await this.parties.requestRoles(tx, creditCode, roles);
    for (const role of roles.filter((each) => SELF_SERVICE_ROLES.includes(each)))
      await this.parties.grantRole(tx, creditCode, role, null);
    await this.parties.record(tx, {
      action: 'enrolled',
      address,
      personId,
      creditCode,
      fingerprint: leaf.fingerprint,
      object: { roles: roles.join(',') },
    });
    const stored = await this.parties.organisation(tx, creditCode);
    return { creditCode, name, personId, certificate: leaf.fingerprint, grants: stored?.grants ?? [] };
  }
}
