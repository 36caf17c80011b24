import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import { sameBytes } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import { checkProfile, isAuthority, isSelfIssued } from './certificate-profile.ts';
import { sameName } from './distinguished-name.ts';
import { keepsNameConstraints } from './name-constraints.ts';
import { OID } from './oids.ts';
import type { ChainAnswer, ChainCode, ChainQuestion, ValidatedPath } from './path-result.ts';
import { checkRecognition, type TrustAnchor } from './recognition.ts';
import { checkRevocation } from './revocation.ts';
import { isSignedBy } from './signature-memo.ts';

/** Longest path, leaf and root included; and how many candidate paths are tried before giving up. */
const MAX_PATH = 8;
const MAX_PATHS = 64;

/**
 * Finds a path from the leaf to a pinned root that keeps the closed profile (RFC 5280 section 6 without policy
 * processing, and its rules for authorities as obligations). Everything but `roots` may come from an attacker.
 * When no path holds, the refusal is that of the path that came closest.
 */
export function validateChain(question: ChainQuestion): ChainAnswer {
  let best: { passed: number; refusal: Refusal<ChainCode> } | null = null;
  for (const candidate of candidatePaths(question)) {
    const verdict = checkPath(candidate, question);
    if (verdict.ok) return verdict;
    if (best === null || rank(verdict.error.code) > best.passed) {
      best = { passed: rank(verdict.error.code), refusal: verdict.error };
    }
  }
  if (best) return { ok: false, error: best.refusal };
  return refuse('CERT.UNTRUSTED', { certificate: question.leaf.fingerprint });
}

/** Later checks rank higher: a path that fails there was nearer to a good one. */
const ORDER: readonly ChainCode[] = ['CERT.UNTRUSTED', 'CERT.BAD_SIGNATURE', 'CERT.PROFILE'];
const rank = (code: ChainCode): number => {
  const at = ORDER.indexOf(code);
  return at < 0 ? ORDER.length : at;
};

interface Candidate {
  readonly path: readonly Certificate[];
  readonly root: TrustAnchor;
}

/** Paths by names and key identifiers, not yet checked; bounded, so that a web of cross-certificates costs little. */
function* candidatePaths({ leaf, intermediates, roots }: ChainQuestion): Generator<Candidate> {
  let budget = MAX_PATHS;
  let steps = MAX_PATHS * MAX_PATH;
  const pending: Certificate[][] = [[leaf]];
  for (let path = pending.pop(); path && budget > 0 && steps > 0; path = pending.pop()) {
    const last = path[path.length - 1] ?? leaf;
    steps -= 1;
    const anchors = roots.filter((root) => mayIssue(root, last) && !sameBytes(root.der, last.der));
    for (const root of anchors) {
      budget -= 1;
      yield { path: [...path, root], root };
    }
    if (path.length + 1 >= MAX_PATH) continue;
    const used = path;
    const next = intermediates.filter(
      (each) => mayIssue(each, last) && !used.some((one) => isSameEntity(one, each)),
    );
    pending.push(...next.slice(0, MAX_PATHS).map((each) => [...used, each]));
  }
}

/** The same name and key twice in a path is a loop. */
const isSameEntity = (a: Certificate, b: Certificate): boolean =>
  sameBytes(a.der, b.der) ||
  (sameBytes(a.publicKey.spki, b.publicKey.spki) && sameName(a.subject, b.subject));

function mayIssue(issuer: Certificate, subject: Certificate): boolean {
  if (!sameName(issuer.subject, subject.issuer)) return false;
  const named = subject.extensions.authorityKeyId;
  const key = issuer.extensions.subjectKeyId;
  if (named?.keyId != null && key !== null && named.keyId !== key) return false;
  return named?.serial == null || named.serial === issuer.serial;
}

function checkPath({ path, root }: Candidate, question: ChainQuestion): ChainAnswer {
  const verdict =
    failure(checkSignatures(path)) ??
    failure(first(path, checkProfile)) ??
    failure(first(path, (each) => checkValidity(each, question.at))) ??
    failure(checkRecognition(root, question.at)) ??
    failure(checkAuthorities(path)) ??
    failure(checkConstraints(path)) ??
    failure(checkPurpose(path, question)) ??
    failure(checkRevocation(path, question));
  if (verdict) return verdict;
  return ok<ValidatedPath>({ path, leaf: question.leaf, root });
}

type Check = Result<null, Refusal<ChainCode>>;
const failure = (check: Check) => (check.ok ? null : check);

function first(path: readonly Certificate[], check: (certificate: Certificate) => Check): Check {
  for (const certificate of path) {
    const result = check(certificate);
    if (!result.ok) return result;
  }
  return ok(null);
}

function checkSignatures(path: readonly Certificate[]): Check {
  for (const [i, certificate] of path.entries()) {
    const issuer = path[i + 1];
    if (issuer && !isSignedBy(certificate, issuer)) {
      return refuse('CERT.BAD_SIGNATURE', { certificate: certificate.fingerprint });
    }
  }
  const root = path[path.length - 1];
  // A pinned root is trusted by itself; where it is self-signed, a damaged copy must still not pass.
  if (root && isSelfIssued(root) && !isSignedBy(root, root)) {
    return refuse('CERT.BAD_SIGNATURE', { certificate: root.fingerprint });
  }
  return ok(null);
}

function checkValidity(certificate: Certificate, at: Instant): Check {
  const facts = { certificate: certificate.fingerprint, at };
  if (at < certificate.notBefore)
    return refuse('CERT.NOT_YET_VALID', { ...facts, notBefore: certificate.notBefore });
  // notAfter names a whole second that still belongs to the period.
  if (at >= certificate.notAfter + 1000)
    return refuse('CERT.EXPIRED', { ...facts, notAfter: certificate.notAfter });
  return ok(null);
}

/** cA, keyCertSign and pathLenConstraint of every issuer (RFC 5280 section 6.1.4 k to n). */
function checkAuthorities(path: readonly Certificate[]): Check {
  let below = 0;
  for (const issuer of path.slice(1)) {
    const facts = { certificate: issuer.fingerprint };
    const { basicConstraints, keyUsage } = issuer.extensions;
    if (!isAuthority(issuer)) return refuse('CERT.NOT_A_CA', facts);
    if (!keyUsage?.has('keyCertSign')) return refuse('CERT.KEY_USAGE', { ...facts, needed: 'keyCertSign' });
    const limit = basicConstraints?.pathLength ?? null;
    if (limit !== null && below > limit)
      return refuse('CERT.PATH_TOO_LONG', { ...facts, limit, found: below });
    // Self-issued certificates (key rollover) do not count.
    if (!isSelfIssued(issuer)) below += 1;
  }
  return ok(null);
}

/** Each issuer's name constraints hold for everything under it, but not for self-issued ones between. */
function checkConstraints(path: readonly Certificate[]): Check {
  for (const [i, issuer] of path.entries()) {
    const constraints = issuer.extensions.nameConstraints;
    if (i === 0 || !constraints) continue;
    for (const [below, subject] of path.slice(0, i).entries()) {
      if (below > 0 && isSelfIssued(subject)) continue;
      if (!keepsNameConstraints(subject, constraints)) {
        return refuse('CERT.NAME_CONSTRAINTS', {
          certificate: subject.fingerprint,
          issuer: issuer.fingerprint,
        });
      }
    }
  }
  return ok(null);
}

function checkPurpose(path: readonly Certificate[], { leaf, eku, keyUsage }: ChainQuestion): Check {
  const needed = keyUsage === undefined ? 'digitalSignature' : keyUsage;
  if (needed !== null && leaf.extensions.keyUsage?.has(needed) === false) {
    return refuse('CERT.KEY_USAGE', { certificate: leaf.fingerprint, needed });
  }
  if (eku === undefined) return ok(null);
  for (const [i, certificate] of path.entries()) {
    const usages = certificate.extensions.extendedKeyUsage;
    // The leaf must name the purpose itself; an issuer that lists purposes must list this one or any.
    const allowed = i === 0 ? usages?.includes(eku) === true : allowsBelow(usages, eku);
    if (!allowed)
      return refuse('CERT.EXTENDED_KEY_USAGE', { certificate: certificate.fingerprint, needed: eku });
  }
  return ok(null);
}

const allowsBelow = (usages: readonly string[] | null, eku: string): boolean =>
  usages === null || usages.includes(eku) || usages.includes(OID.anyExtendedKeyUsage);
