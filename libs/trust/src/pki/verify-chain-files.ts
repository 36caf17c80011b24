import { refuse, type Fact, type Instant, type Refusal, type Result } from '#kernel';
import { parseCertificate, type Certificate, type CertificateCode } from './certificate.ts';
import { parseCrl, type CertificateRevocationList, type CrlCode } from './crl.ts';
import { nameText } from './distinguished-name.ts';
import { parseOcspResponse, type OcspCode } from './ocsp-response.ts';
import type { ChainCode } from './path-result.ts';
import { readPem, type PemCode } from './pem.ts';
import { validateChain } from './validate-chain.ts';

export interface ChainFiles {
  /** PEM texts. The chain is leaf first, intermediates in any order. */
  readonly chain: string;
  readonly roots: string;
  /** `X509 CRL` blocks; absent, and `ocsp` too: revocation is not checked. */
  readonly crls?: string;
  /** OCSP responses in DER, as stapled or kept. */
  readonly ocsp?: readonly Uint8Array[];
  readonly at: Instant;
  /** Object identifier, `1.3.6.1.5.5.7.3.2`. */
  readonly eku?: string;
}

export type ChainFilesCode = ChainCode | CertificateCode | PemCode | CrlCode | OcspCode | 'CERT.EKU_FORM';

export interface PathEntry {
  readonly fingerprint: string;
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
}

/** What `glasshall cert verify` prints: a reason code with its facts, or the path from leaf to root. */
export type ChainVerdict =
  | { readonly valid: true; readonly code: 'OK'; readonly path: readonly PathEntry[] }
  | {
      readonly valid: false;
      readonly code: ChainFilesCode;
      readonly facts: Readonly<Record<string, Fact>>;
      readonly path: readonly [];
    };

/**
 * Judges a chain from PEM texts at an instant. What the leaf may be used for is judged only as far as `eku` asks,
 * so that an authority's certificate can be looked at too. What does not parse is left out, as it cannot carry a path or
 * clear anyone of a revocation, and is named when that is what was missed; a leaf that does not parse fails.
 */
export function verifyCertificateChainFiles(files: ChainFiles): ChainVerdict {
  if (files.eku !== undefined && !/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(files.eku)) {
    return invalid(refuse('CERT.EKU_FORM', { eku: files.eku }).error);
  }
  const chain = parseEach(files.chain);
  if ('code' in chain) return invalid(chain);
  const roots = parseEach(files.roots);
  if ('code' in roots) return invalid(roots);
  const crls = readLists(files.crls);
  if (crls !== undefined && 'code' in crls) return invalid(crls);
  const ocsp = files.ocsp?.map((each) => parseOcspResponse(each));
  const [leaf, ...intermediates] = chain;
  if (!leaf) return invalid(refuse('PEM.EMPTY').error);
  if (!leaf.ok) return invalid(leaf.error);
  const answer = validateChain({
    leaf: leaf.value,
    intermediates: readable(intermediates),
    roots: readable(roots),
    at: files.at,
    keyUsage: null,
    ...(crls ? { crls: readable(crls) } : {}),
    ...(ocsp ? { ocsp: readable(ocsp) } : {}),
    ...(files.eku === undefined ? {} : { eku: files.eku }),
  });
  if (answer.ok) return { valid: true, code: 'OK', path: answer.value.path.map(entry) };
  const { code } = answer.error;
  return invalid(
    (code === 'CERT.UNTRUSTED' ? damagedOf([...intermediates, ...roots]) : null) ??
      (/^CERT\.(CRL|OCSP)_(MISSING|NOT_CURRENT)$/.test(code)
        ? damagedOf<ChainFilesCode>([...(crls ?? []), ...(ocsp ?? [])])
        : null) ??
      answer.error,
  );
}

type Parsed = Result<Certificate, Refusal<CertificateCode>>;

function parseEach(text: string): Parsed[] | Refusal<PemCode> {
  const blocks = readPem(text, 'CERTIFICATE');
  return blocks.ok ? blocks.value.map(parseCertificate) : blocks.error;
}

const readable = <T>(all: readonly Result<T, unknown>[]): T[] =>
  all.flatMap((each) => (each.ok ? [each.value] : []));

function damagedOf<Code extends ChainFilesCode>(
  all: readonly Result<unknown, Refusal<Code>>[],
): Refusal<Code> | null {
  for (const each of all) if (!each.ok) return each.error;
  return null;
}

/** A given but empty file is a given, empty list: then every certificate lacks its CRL. */
function readLists(
  text: string | undefined,
): readonly Result<CertificateRevocationList, Refusal<CrlCode>>[] | Refusal<PemCode> | undefined {
  if (text === undefined) return undefined;
  const blocks = readPem(text, 'X509 CRL');
  if (blocks.ok) return blocks.value.map(parseCrl);
  return blocks.error.code === 'PEM.EMPTY' && text.trim() === '' ? [] : blocks.error;
}

const invalid = ({ code, facts }: Refusal<ChainFilesCode>): ChainVerdict => ({
  valid: false,
  code,
  facts,
  path: [],
});

const entry = ({ fingerprint, serial, subject, issuer }: Certificate): PathEntry => ({
  fingerprint,
  serial,
  subject: nameText(subject),
  issuer: nameText(issuer),
});
