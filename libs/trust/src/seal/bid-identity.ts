/**
 * Opening `I` (stage 0): who the bidder is, proved by a signature over the same facts that COMMIT shows. The bidder
 * controls every byte here. An invalid identity is an expected outcome, so it is a refusal with a reason.
 */
import type { Instant, Refusal, Result } from '#kernel';
import { ok, refuse } from '#kernel';
import { TrustError, concat, parseRecord, sha256, b64u, utf8 } from '../encoding/index.ts';
import { isCrlFault, parsePem, signsIn, validateChain, verifyCms } from '../pki/index.ts';
import type { Certificate, CertificateRevocationList, CrlFault } from '../pki/index.ts';
import { bidStatement } from '../records/index.ts';
import type { BidStatement, Commit } from '../records/index.ts';
import { IDENTITY_FILES, checkStatement } from './bid-statement.ts';
import { MAX_IDENTITY_BYTES } from './commit-shape.ts';
import { MANIFEST_NAME, checkManifest } from './manifest.ts';
import { TarReader } from './tar.ts';

export type IdentityCode =
  /** The payload is not the tar that it must be. */
  | 'IDENTITY.PAYLOAD'
  /** The statement is malformed or contradicts COMMIT. */
  | 'IDENTITY.STATEMENT'
  | 'IDENTITY.SIGNATURE'
  /** No valid path to a trusted root at the earliest time-stamp. */
  | 'IDENTITY.CERTIFICATE'
  /** The certificate names another organisation than the statement. */
  | 'IDENTITY.HOLDER'
  /** It was made for documents that the lot never published. */
  | 'IDENTITY.DOCUMENTS';

export interface BidIdentity {
  readonly statement: BidStatement;
  readonly certificate: Certificate;
  /** Signer first, root last. */
  readonly path: readonly Certificate[];
  readonly creditCode: string;
  readonly name: string;
}

export interface IdentityQuestion {
  /** The decrypted payload of `I`: tar and padding. */
  readonly payload: Uint8Array;
  readonly commit: Commit;
  /** H("documents", …) of every published version. */
  readonly documents: readonly string[];
  readonly roots: readonly Certificate[];
  /** The CRLs that CLOSE names. */
  readonly crls: readonly CertificateRevocationList[];
  /** Time of the bid's earliest time-stamp: the certificate is judged then. */
  readonly at: Instant;
  /** When the CRLs were collected (closedAt); revocations dated after `at` change nothing. */
  readonly crlsAt: Instant;
}

export function openBidIdentity(question: IdentityQuestion): Result<BidIdentity, Refusal<IdentityCode>> {
  const { commit, documents, roots, crls, at, crlsAt } = question;
  const files = attempt('IDENTITY.PAYLOAD', () => readIdentityPayload(question.payload));
  if (!files.ok) return files;
  const statement = attempt('IDENTITY.STATEMENT', () => {
    const parsed = parseRecord(bidStatement, files.value.statement);
    checkStatement(parsed, commit);
    return parsed;
  });
  if (!statement.ok) return statement;
  const cms = verifyCms(files.value.signature, files.value.statement);
  if (!cms.ok) return refuse('IDENTITY.SIGNATURE', { cause: cms.error.code });
  if (!signsIn(commit.suite, cms.value.certificate.publicKey.type)) {
    return refuse('IDENTITY.SIGNATURE', { cause: 'a key of another suite' });
  }
  const carried = parsePem(files.value.chain);
  if (!carried.ok) return refuse('IDENTITY.CERTIFICATE', { cause: carried.error.code });
  const { certificate, chain } = cms.value;
  if (carried.value[0]?.fingerprint !== certificate.fingerprint) {
    return refuse('IDENTITY.CERTIFICATE', { cause: 'chain.pem begins with another certificate' });
  }
  const intermediates = [...chain, ...carried.value.slice(1)];
  const path = validateChain({ leaf: certificate, intermediates, roots, crls, at, crlsAt });
  if (!path.ok) {
    const { code, facts } = path.error;
    return refuse('IDENTITY.CERTIFICATE', { cause: code, issuer: facts['issuer'] ?? null });
  }
  const { bidder } = statement.value;
  const { holder } = certificate;
  if (holder.creditCode !== bidder.creditCode || holder.organisation !== bidder.name) {
    return refuse('IDENTITY.HOLDER', { certificate: holder.creditCode, statement: bidder.creditCode });
  }
  if (files.value.documents !== statement.value.documents || !documents.includes(statement.value.documents)) {
    return refuse('IDENTITY.DOCUMENTS', { documents: statement.value.documents });
  }
  return ok({ statement: statement.value, certificate, path: path.value.path, ...bidder });
}

/**
 * CLOSE must name a current list of every pinned root: one that it leaves out would void all bidders below that root,
 * so its lack is the platform's fault. The lists of authorities between are the bidder's affair, whose client seals
 * nothing without them: else one certificate of an authority that nobody keeps a list of would stop an opening.
 */
export function lackOfRootList(
  { facts: { cause, issuer } }: Refusal<IdentityCode>,
  roots: readonly Certificate[],
): CrlFault | null {
  if (typeof cause !== 'string' || !isCrlFault(cause)) return null;
  return roots.some(({ fingerprint }) => fingerprint === issuer) ? cause : null;
}

/** Corruption in the bidder's own bytes becomes the refusal; anything else is ours and goes up. */
function attempt<T>(code: IdentityCode, work: () => T): Result<T, Refusal<IdentityCode>> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof TrustError) return refuse(code, { ...error.facts, cause: error.code });
    throw error;
  }
}

interface IdentityPayload {
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  readonly chain: string;
  /** Of the manifest. */
  readonly documents: string;
}

/** identity.json, identity.p7s, chain.pem, manifest.json: exactly these, in this order. Throws TrustError. */
function readIdentityPayload(payload: Uint8Array): IdentityPayload {
  if (payload.length > MAX_IDENTITY_BYTES) throw new TrustError('SEAL.TOO_LONG', { size: payload.length });
  const members = readMembers(payload);
  if (members.map(({ path }) => path).join() !== [...IDENTITY_FILES, MANIFEST_NAME].join()) {
    throw new TrustError('SEAL.MANIFEST', { reason: 'not the files of an identity envelope' });
  }
  const [statement, signature, chain, last] = members.map(({ bytes }) => bytes);
  if (!statement || !signature || !chain || !last) throw new TrustError('SEAL.MANIFEST');
  const listed = members.slice(0, -1).map(({ path, bytes }) => ({
    path,
    size: bytes.length,
    sha256: b64u.encode(sha256(bytes)),
  }));
  const { manifest } = checkManifest(last, 'I', listed);
  return { statement, signature, chain: utf8.decode(chain), documents: manifest.documents };
}

/** All members of a small payload, in memory. */
export function readMembers(payload: Uint8Array): { path: string; bytes: Uint8Array }[] {
  const reader = new TarReader();
  const members: { path: string; bytes: Uint8Array }[] = [];
  for (const event of reader.push(payload)) {
    if (event.kind === 'start') members.push({ path: event.path, bytes: new Uint8Array(0) });
    const current = members.at(-1);
    if (event.kind === 'data' && current) current.bytes = concat(current.bytes, event.bytes);
  }
  reader.finish();
  return members;
}
