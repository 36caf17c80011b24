import { ok, refuse, type Refusal, type Result } from '#kernel';
import { fromBase64, toBase64 } from './bytes.ts';
import { parseCertificate, type Certificate, type CertificateCode } from './certificate.ts';

export type PemCode = 'PEM.MALFORMED' | 'PEM.EMPTY';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END ([A-Z0-9 ]+)-----/g;

/** The blocks of a PEM text (RFC 7468) with this label, in order; text between blocks is ignored. */
export function readPem(text: string, label: string): Result<Uint8Array[], Refusal<PemCode>> {
  const blocks: Uint8Array[] = [];
  let found = 0;
  for (const [, begin, body = '', end] of text.matchAll(BLOCK)) {
    found += 1;
    if (begin !== end) return refuse('PEM.MALFORMED', { label, block: found });
    if (begin !== label) continue;
    const bytes = fromBase64(body.replaceAll(/\s/g, ''));
    if (!bytes) return refuse('PEM.MALFORMED', { label, block: found });
    blocks.push(bytes);
  }
  // A begin line without its block means that the text is damaged, not that there is one block fewer.
  if (text.split('-----BEGIN ').length - 1 !== found) return refuse('PEM.MALFORMED', { label });
  return blocks.length === 0 ? refuse('PEM.EMPTY', { label }) : ok(blocks);
}

export function writePem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Parses every certificate of a PEM text, in order. */
export function parsePem(text: string): Result<Certificate[], Refusal<PemCode | CertificateCode>> {
  const blocks = readPem(text, 'CERTIFICATE');
  if (!blocks.ok) return blocks;
  const chain: Certificate[] = [];
  for (const block of blocks.value) {
    const certificate = parseCertificate(block);
    if (!certificate.ok) return certificate;
    chain.push(certificate.value);
  }
  return ok(chain);
}

export const toPem = (chain: readonly Certificate[]): string =>
  chain.map(({ der }) => writePem('CERTIFICATE', der)).join('');
