import './http/parties.problems.ts';
import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { addMs, DAY, MINUTE } from '#kernel';
import { BackgroundWork } from '#jobs';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import { SessionReader } from '#web';
import { AnswerLogin } from './application/answer-login.ts';
import { ApproveRole } from './application/approve-role.ts';
import { AuthorityStore } from './application/authority-store.ts';
import { CertificateCheck } from './application/certificate-check.ts';
import { EnrolOrganisation } from './application/enrol-organisation.ts';
import { InstallOperator } from './application/install-operator.ts';
import { KeepAuthorities } from './application/keep-authorities.ts';
import { ListOrganisations } from './application/list-organisations.ts';
import { PartyStore } from './application/party-store.ts';
import { ReadParties } from './application/read-parties.ts';
import { SessionStore } from './application/session-store.ts';
import { SignIn } from './application/sign-in.ts';
import { AuthController } from './http/auth.controller.ts';
import { AuthoritiesController } from './http/authorities.controller.ts';
import { OrganisationsController } from './http/organisations.controller.ts';
import { TypeormAuthorityStore } from './infrastructure/authority.typeorm-store.ts';
import { TypeormPartyStore } from './infrastructure/party.typeorm-store.ts';
import { StoredSessionReader } from './infrastructure/session-reader.ts';
import { TypeormSessionStore } from './infrastructure/session.typeorm-store.ts';
import { StoredCertificates } from './infrastructure/stored-certificates.ts';
import { Parties } from './parties.facade.ts';

/** Ended sessions and unanswered challenges are kept for a day, then forgotten; the access record stays. */
const KEEP_ENDED_MS = DAY;

@Global()
@Module({
  controllers: [AuthController, OrganisationsController, AuthoritiesController],
  providers: [
    { provide: PartyStore, useClass: TypeormPartyStore },
    { provide: SessionStore, useClass: TypeormSessionStore },
    { provide: AuthorityStore, useClass: TypeormAuthorityStore },
    { provide: SessionReader, useClass: StoredSessionReader },
    { provide: Parties, useClass: ReadParties },
    StoredCertificates,
    CertificateCheck,
    AnswerLogin,
    SignIn,
    EnrolOrganisation,
    ApproveRole,
    ListOrganisations,
    KeepAuthorities,
    InstallOperator,
  ],
  exports: [Parties, SessionReader, KeepAuthorities, InstallOperator],
})
export class PartiesModule implements OnModuleInit {
  constructor(
    private readonly transparency: Transparency,
    private readonly certificates: StoredCertificates,
    private readonly background: BackgroundWork,
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
  ) {}

  onModuleInit(): void {
    this.transparency.registerCertificateSource(this.certificates);
    this.background.registerTick({
      name: 'parties.sweep-sessions',
      intervalMs: 10 * MINUTE,
      run: () =>
        this.unitOfWork.run(async (tx) => this.sessions.sweep(tx, addMs(await tx.now(), -KEEP_ENDED_MS))),
    });
  }
}
