import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import type { Certificate } from './certificate.ts';
import { isCrlOf, type CertificateRevocationList } from './crl.ts';
import { sameName } from './distinguished-name.ts';
import { isIdOf } from './ocsp-request.ts';
import { isOcspOf } from './ocsp-responder.ts';
import type { SingleStatus } from './ocsp-response.ts';
import type { ChainCode, ChainQuestion } from './path-result.ts';

type Check = Result<null, Refusal<ChainCode>>;

/**
 * Asks, for every certificate under the root, the lists that its issuer signed and the OCSP responses of its issuer.
 * Nothing, nothing that is current, or a list that the profile cannot read in full: refused. What has a bad signature
 * is ignored, as anyone can add one.
 */
export function checkRevocation(path: readonly Certificate[], question: ChainQuestion): Check {
  if (!question.crls && !question.ocsp) return ok(null);
  for (const [i, certificate] of path.entries()) {
    const issuer = path[i + 1];
    if (!issuer) break;
    const verdict = checkOne(certificate, issuer, question);
    if (!verdict.ok) return verdict;
  }
  return ok(null);
}

/** A list, or what one response says of one certificate. */
interface Dated {
  /** Of a response: when it was signed. */
  readonly producedAt?: Instant;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
}

function checkOne(certificate: Certificate, issuer: Certificate, question: ChainQuestion): Check {
  const facts = { certificate: certificate.fingerprint, issuer: issuer.fingerprint };
  const moment = question.crlsAt ?? question.at;
  const lists = (question.crls ?? []).filter(
    (list) => sameName(list.issuer, issuer.subject) && isCrlOf(list, issuer),
  );
  const answers = answersAbout(certificate, issuer, question, moment);
  // Before freshness: an entry on an older list or answer is a revocation all the same.
  const revokedAt = revocationOf(certificate, lists, answers, question);
  if (revokedAt !== null) return refuse('CERT.REVOKED', { ...facts, revokedAt });
  // The authority's own responder does not know what is said to be the authority's: a forgery, or worse.
  if (answers.some(({ status }) => status === 'unknown')) return refuse('CERT.OCSP_UNKNOWN', facts);
  const isCurrent = ({ thisUpdate, nextUpdate, producedAt = thisUpdate }: Dated) =>
    thisUpdate <= moment && producedAt <= moment && nextUpdate !== null && moment <= nextUpdate;
  if (answers.some(isCurrent)) return ok(null);
  const unsupported = lists.find((list) => list.unsupported !== null);
  if (unsupported) return refuse('CERT.CRL_UNSUPPORTED', { ...facts, reason: unsupported.unsupported });
  if (lists.some(isCurrent)) return ok(null);
  return refuse(missingCode(lists, answers, question), facts);
}

type Answer = SingleStatus & { readonly producedAt: Instant };

/** What authentic responses say of this certificate. */
function answersAbout(
  certificate: Certificate,
  issuer: Certificate,
  { ocsp = [] }: ChainQuestion,
  moment: Instant,
): Answer[] {
  return ocsp.flatMap((response) => {
    const about = response.statuses.filter(({ id }) => isIdOf(id, certificate, issuer));
    if (about.length === 0 || !isOcspOf(response, issuer, moment)) return [];
    return about.map((each) => ({ ...each, producedAt: response.producedAt }));
  });
}

/** The earliest date of revocation that counts; null for none. */
function revocationOf(
  { serial }: Certificate,
  lists: readonly CertificateRevocationList[],
  answers: readonly Answer[],
  { at, crlsAt }: ChainQuestion,
): Instant | null {
  const dates = [
    ...lists.map(({ revoked }) => revoked.get(serial)),
    ...answers.map(({ revokedAt }) => revokedAt),
  ].filter((date) => date !== undefined && date !== null);
  const counting = dates.filter((date) => crlsAt === undefined || date <= at);
  return counting.length > 0 ? counting.reduce((a, b) => (a < b ? a : b)) : null;
}

const missingCode = (
  lists: readonly CertificateRevocationList[],
  answers: readonly Answer[],
  { crls }: ChainQuestion,
): ChainCode => {
  if (lists.length > 0) return 'CERT.CRL_NOT_CURRENT';
  if (answers.length > 0) return 'CERT.OCSP_NOT_CURRENT';
  return crls ? 'CERT.CRL_MISSING' : 'CERT.OCSP_MISSING';
};
