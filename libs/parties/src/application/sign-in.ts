import { Injectable } from '@nestjs/common';
import { addMs, newId, refuse, RefusalError } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u, sha256, systemRandom, utf8 } from '#trust';
import type { Principal } from '#web';
import { SESSION_MS } from '../domain/login.ts';
import { AnswerLogin } from './answer-login.ts';
import type { SignedLogin } from './answer-login.ts';
import { PartyStore } from './party-store.ts';
import { principalOf } from './principal.ts';
import { SessionStore } from './session-store.ts';

export interface OpenedSession {
  /** Bearer token, 43 characters base64url; shown once. */
  readonly token: string;
  readonly expiresAt: Instant;
  readonly principal: Principal;
}

@Injectable()
export class SignIn {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly answers: AnswerLogin,
    private readonly parties: PartyStore,
    private readonly sessions: SessionStore,
  ) {}

  async open(answer: SignedLogin, address: string): Promise<OpenedSession> {
    const { leaf } = await this.answers.prove(answer);
    const token = b64u.encode(systemRandom(32));
    const tokenHash = sha256(utf8.encode(token));
    return this.unitOfWork.run(async (tx) => {
      const known = await this.parties.certificate(tx, leaf.fingerprint);
      if (!known) throw new RefusalError(refuse('PARTIES.NOT_ENROLLED').error);
      const { fingerprint, personId, creditCode } = known;
      const expiresAt = addMs(await tx.now(), SESSION_MS);
      await this.sessions.open(tx, { id: newId(), tokenHash, personId, fingerprint, expiresAt });
      await this.parties.record(tx, {
        action: 'signed-in',
        address,
        personId,
        creditCode,
        fingerprint,
        object: {},
      });
      const live = await this.sessions.findLive(tx, tokenHash);
      if (!live) throw new RefusalError(refuse('PARTIES.NOT_ENROLLED').error);
      return { token, expiresAt, principal: principalOf(live) };
    });
  }

  async close(who: Principal, address: string): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      if (!(await this.sessions.revoke(tx, who.sessionId))) return;
      await this.parties.record(tx, {
        action: 'signed-out',
        address,
        personId: who.personId,
        creditCode: who.organisationId,
        fingerprint: who.certificateFingerprint,
        object: {},
      });
    });
  }
}
