import { refuse, type Fact, type Instant, type Refusal, type Result } from '#kernel';
import { parseCertificate, type Certificate, type CertificateCode } from './certificate.ts';
import { parseCrlPem, type CertificateRevocationList, type CrlCode } from './crl.ts';
import { nameText } from './distinguished-name.ts';
import type { ChainCode } from './path-result.ts';
import { readPem, type PemCode } from './pem.ts';
import { validateChain } from './validate-chain.ts';

export interface ChainFiles {
  /** PEM texts. The chain is leaf first, intermediates in any order. */
  readonly chain: string;
  readonly roots: string;
  /** `X509 CRL` blocks; absent: revocation is not checked. */
  readonly crls?: string;
  readonly at: Instant;
  /** Object identifier, `1.3.6.1.5.5.7.3.2`. */
  readonly eku?: string;
}

export type ChainFilesCode = ChainCode | CertificateCode | PemCode | CrlCode | 'CERT.EKU_FORM';

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
 * so that an authority's certificate can be looked at too. A root or intermediate that does not parse is left out,
 * as it cannot carry a path, and is named when no path is found; a leaf or a list that does not parse fails.
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
  const [leaf, ...intermediates] = chain;
  if (!leaf) return invalid(refuse('PEM.EMPTY').error);
  if (!leaf.ok) return invalid(leaf.error);
  const answer = validateChain({
    leaf: leaf.value,
    intermediates: readable(intermediates),
    roots: readable(roots),
    at: files.at,
    keyUsage: null,
    ...(crls ? { crls } : {}),
    ...(files.eku === undefined ? {} : { eku: files.eku }),
  });
  if (answer.ok) return { valid: true, code: 'OK', path: answer.value.path.map(entry) };
  const damaged = [...intermediates, ...roots].find((each) => !each.ok);
  return invalid(
    answer.error.code === 'CERT.UNTRUSTED' && damaged && !damaged.ok ? damaged.error : answer.error,
  );
}

type Parsed = Result<Certificate, Refusal<CertificateCode>>;

function parseEach(text: string): Parsed[] | Refusal<PemCode> {
  const blocks = readPem(text, 'CERTIFICATE');
  return blocks.ok ? blocks.value.map(parseCertificate) : blocks.error;
}

const readable = (all: readonly Parsed[]): Certificate[] =>
  all.flatMap((each) => (each.ok ? [each.value] : []));

/** A given but empty file is a given, empty list: then every certificate lacks its CRL. */
function readLists(
  text: string | undefined,
): readonly CertificateRevocationList[] | Refusal<PemCode | CrlCode> | undefined {
  if (text === undefined) return undefined;
  const lists = parseCrlPem(text);
  if (lists.ok) return lists.value;
  return lists.error.code === 'PEM.EMPTY' && text.trim() === '' ? [] : lists.error;
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
