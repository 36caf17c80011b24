import { ok, refuse } from '#kernel';
import type { Refusal, Result } from '#kernel';
import type { Parties } from '#parties';
import { TrustError, verifySigned } from '#trust';
import type { Signed } from '#trust';
import type { Principal } from '#web';

/**
 * A record that the signed-in person signed with the certificate of this very session, for the organisation named
 * (20号令40: reports, publicity and award letters are e-signed). The session proved the certificate's chain.
 */
export async function signedByCaller(
  parties: Parties,
  question: {
    readonly type: string;
    readonly signed: Signed<object>;
    readonly caller: Principal;
    readonly by: string;
  },
): Promise<Result<null, Refusal<'EVALUATION.NOT_AGENCY' | 'EVALUATION.BAD_SIGNATURE'>>> {
  const { type, signed, caller, by } = question;
  if (caller.organisationId !== by) return refuse('EVALUATION.NOT_AGENCY', { needed: by });
  const [only, ...more] = signed.signatures;
  if (more.length > 0 || only?.signer !== caller.certificateFingerprint)
    return refuse('EVALUATION.BAD_SIGNATURE', { expectedSigner: caller.certificateFingerprint });
  const certificates = await parties.certificates([only.signer]);
  try {
    const [signer] = verifySigned(type, signed, (fingerprint) => certificates.get(fingerprint));
    return signer?.holder.creditCode === by ? ok(null) : refuse('EVALUATION.NOT_AGENCY', { needed: by });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return refuse('EVALUATION.BAD_SIGNATURE', { code: error.code });
  }
}
