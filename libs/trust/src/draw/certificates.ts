/** The certificates that travel in a draw's file: believed only as far as the reader's own pinned roots reach. */
import { b64u } from '../encoding/bytes.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { CertificateRevocationList } from '../pki/crl.ts';
import { validateChain } from '../pki/validate-chain.ts';
import type { DrawFile } from './draw-file.ts';
import { must } from './signers.ts';
import type { CertificatesAt } from './signers.ts';

export interface DrawTrust {
  readonly ca: readonly Certificate[];
  /** Lists that the reader holds; none: revocation is not checked, and the report says so. */
  readonly crls?: readonly CertificateRevocationList[];
}

export interface DrawCertificates {
  readonly at: CertificatesAt;
  /** @throws TrustError DRAW.FILE for a certificate that no signature needed */
  checkUsed(): void;
}

/** @throws TrustError DRAW.FILE for bytes that are no certificate of the profile */
export function drawCertificates(
  { certificates }: Pick<DrawFile, 'certificates'>,
  trust: DrawTrust,
): DrawCertificates {
  const known = certificates.map((text): Certificate => {
    const parsed = parseCertificate(b64u.decode(text));
    must(parsed.ok, 'DRAW.FILE', { reason: 'a certificate', cause: parsed.ok ? '' : parsed.error.code });
    return parsed.value;
  });
  const byFingerprint = new Map(known.map((each) => [each.fingerprint, each]));
  const used = new Set<string>();
  const at: CertificatesAt =
    (when): CertificateLookup =>
    (fingerprint) => {
      const leaf = byFingerprint.get(fingerprint);
      if (!leaf) return undefined;
      const { ca: roots, crls } = trust;
      const answer = validateChain({
        leaf,
        intermediates: known,
        roots,
        at: when,
        ...(crls ? { crls } : {}),
      });
      if (!answer.ok) return undefined;
      for (const each of answer.value.path) used.add(each.fingerprint);
      return leaf;
    };
  return {
    at,
    checkUsed: () => {
      const idle = known.find(({ fingerprint }) => !used.has(fingerprint));
      must(idle === undefined, 'DRAW.FILE', {
        reason: 'unexplained certificate',
        fingerprint: idle?.fingerprint ?? '',
      });
    },
  };
}
