import { Injectable } from '@nestjs/common';
import { addMs, refuse, RefusalError, Settings, unwrap } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { b64u, systemRandom } from '#trust';
import type { Login } from '#trust';
import { holderOf } from '../domain/holder.ts';
import type { Holder } from '../domain/holder.ts';
import { CHALLENGE_MS, checkLogin, checkLoginSignature, loginRecord } from '../domain/login.ts';
import { CertificateCheck } from './certificate-check.ts';
import type { CheckedCertificate } from './certificate-check.ts';
import { SessionStore } from './session-store.ts';

/** A signed challenge: what enrolment and sign-in both begin with. */
export interface SignedLogin {
  readonly login: Login;
  /** PEM, leaf first. */
  readonly chain: string;
  /** base64url over `signatureInput('login', login)`. */
  readonly signature: string;
}

export interface ProvenHolder extends CheckedCertificate {
  readonly holder: Holder;
  readonly now: Instant;
}

@Injectable()
export class AnswerLogin {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly certificates: CertificateCheck,
    private readonly settings: Settings,
  ) {}

  async challenge(): Promise<Login> {
    const nonce = b64u.encode(systemRandom(32));
    return this.unitOfWork.run(async (tx) => {
      const expiresAt = addMs(await tx.now(), CHALLENGE_MS);
      await this.sessions.addChallenge(tx, nonce, expiresAt);
      return loginRecord(this.settings.publicUrl, nonce, expiresAt);
    });
  }

  /** Proves that the sender holds the key of a certificate that we trust now. Burns the nonce in every case. */
  async prove(answer: SignedLogin): Promise<ProvenHolder> {
    const issued = await this.unitOfWork.run((tx) => this.sessions.takeChallenge(tx, answer.login.nonce));
    if (!issued) throw new RefusalError(refuse('PARTIES.LOGIN_UNKNOWN').error);
    return this.unitOfWork.run((tx) => this.judge(tx, answer, issued.expiresAt), { readOnly: true });
  }

  private async judge(tx: Tx, answer: SignedLogin, expiresAt: Instant): Promise<ProvenHolder> {
    const now = await tx.now();
    const origin = this.settings.publicUrl;
    const login = unwrap(checkLogin(answer.login, { origin, expiresAt }, now));
    const checked = unwrap(await this.certificates.check(tx, answer.chain, now));
    unwrap(checkLoginSignature(login, answer.signature, checked.leaf));
    return { ...checked, holder: unwrap(holderOf(checked.leaf)), now };
  }
}
