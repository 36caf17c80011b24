import type { Certificate } from './certificate.ts';
import { verifyEncodedSignature } from './signature.ts';

/**
 * Remembers which key signed which certificate: a pure function of bytes, asked again for the same few issuers
 * with every chain of a tender. Bounded; the oldest answer goes first. Only good answers are kept, so that junk
 * cannot push them out faster than it costs its author a valid signature.
 */
const known = new Set<string>();
const LIMIT = 4096;

export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const question = `${certificate.fingerprint} ${issuer.fingerprint}`;
  if (known.has(question)) return true;
  const { signatureAlgorithm, tbs, signature } = certificate;
  if (!verifyEncodedSignature(issuer.publicKey, signatureAlgorithm, tbs, signature)) return false;
  if (known.size >= LIMIT)
    for (const oldest of known) {
      known.delete(oldest);
      break;
    }
  known.add(question);
  return true;
}
