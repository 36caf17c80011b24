import { ok, refuse, type Refusal, type Result } from '#kernel';
import type { Certificate } from './certificate.ts';
import { isCrlOf, type CertificateRevocationList } from './crl.ts';
import { sameName } from './distinguished-name.ts';
import type { ChainCode, ChainQuestion } from './path-result.ts';

type Check = Result<null, Refusal<ChainCode>>;

/**
 * Asks, for every certificate under the root, the lists that its issuer signed. No list, none that is current, or
 * one that the profile cannot read in full: refused. A list with a bad signature is ignored, as anyone can add one.
 */
export function checkRevocation(path: readonly Certificate[], question: ChainQuestion): Check {
  if (!question.crls) return ok(null);
  for (const [i, certificate] of path.entries()) {
    const issuer = path[i + 1];
    if (!issuer) break;
    const verdict = checkOne(certificate, issuer, question.crls, question);
    if (!verdict.ok) return verdict;
  }
  return ok(null);
}

function checkOne(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly CertificateRevocationList[],
  { at, crlsAt }: ChainQuestion,
): Check {
  const facts = { certificate: certificate.fingerprint, issuer: issuer.fingerprint };
  const lists = crls.filter((list) => sameName(list.issuer, issuer.subject) && isCrlOf(list, issuer));
  if (lists.length === 0) return refuse('CERT.CRL_MISSING', facts);
  // Before freshness: an entry on an older list is a revocation all the same.
  for (const list of lists) {
    const date = list.revoked.get(certificate.serial);
    if (date !== undefined && (crlsAt === undefined || date <= at)) {
      return refuse('CERT.REVOKED', { ...facts, revokedAt: date });
    }
  }
  const unsupported = lists.find((list) => list.unsupported !== null);
  if (unsupported) return refuse('CERT.CRL_UNSUPPORTED', { ...facts, reason: unsupported.unsupported });
  const moment = crlsAt ?? at;
  const isCurrent = ({ thisUpdate, nextUpdate }: CertificateRevocationList) =>
    thisUpdate <= moment && nextUpdate !== null && moment <= nextUpdate;
  return lists.some(isCurrent) ? ok(null) : refuse('CERT.CRL_NOT_CURRENT', facts);
}
