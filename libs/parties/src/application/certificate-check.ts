import { Injectable } from '@nestjs/common';
import { ok, refuse, unwrap } from '#kernel';
import type { Instant, Result } from '#kernel';
import type { Tx } from '#persistence';
import { parseCrl, parsePem, toPem, validateChain } from '#trust';
import type { Certificate } from '#trust';
import type { PartyRefusal } from '../domain/refusals.ts';
import { AuthorityStore } from './authority-store.ts';

export interface CheckedCertificate {
  readonly leaf: Certificate;
  /** PEM of the validated path, leaf first, without the root. */
  readonly chain: string;
}

/** Judges certificate chains against the operator's list of trusted roots and their newest CRLs. */
@Injectable()
export class CertificateCheck {
  constructor(private readonly authorities: AuthorityStore) {}

  /** `pem` comes from anyone, leaf first. The answer holds for `now`. */
  async check(tx: Tx, pem: string, now: Instant): Promise<Result<CheckedCertificate, PartyRefusal>> {
    const parsed = parsePem(pem);
    if (!parsed.ok) return refuse('PARTIES.CHAIN_MALFORMED', { reason: parsed.error.code });
    const [leaf, ...intermediates] = parsed.value;
    if (!leaf) return refuse('PARTIES.CHAIN_MALFORMED', { reason: 'PEM.EMPTY' });
    const answer = validateChain({
      leaf,
      intermediates,
      roots: await this.roots(tx),
      crls: await this.crls(tx),
      at: now,
    });
    if (!answer.ok)
      return refuse('PARTIES.CERTIFICATE_REFUSED', {
        reason: answer.error.code,
        certificate: leaf.fingerprint,
      });
    return ok({ leaf, chain: toPem(answer.value.path.slice(0, -1)) });
  }

  private async roots(tx: Tx): Promise<readonly Certificate[]> {
    const roots = await this.authorities.trustedRoots(tx);
    return roots.flatMap((root) => unwrap(parsePem(root.pem)));
  }

  private async crls(tx: Tx) {
    const stored = await this.authorities.crls(tx);
    return stored.map((crl) => unwrap(parseCrl(crl.der)));
  }
}
