import type { Instant } from '#kernel';
import { TrustError, b64u } from '../encoding/index.ts';
import type { CertificateLookup } from '../encoding/index.ts';
import { isCrlFault, parseCrl, parsePem, validateChain } from '../pki/index.ts';
import type { Certificate, CertificateRevocationList } from '../pki/index.ts';
import type { PinnedTrust } from './trust-file.ts';

/** What a client holds by itself: the pinned roots, and revocation lists that its user gave as a file (`--crls`). */
export interface ClientTrust extends PinnedTrust {
  readonly crls: readonly CertificateRevocationList[];
}

interface Moment {
  readonly now: Instant;
  /** The instant for which certificates are judged; default `now`. A revocation dated later changes nothing. */
  readonly at?: Instant;
  /** Revocation lists in DER (base64url), as the platform hands them out: each counts by its authority's signature. */
  readonly crls: readonly string[];
}

/**
 * Certificates that came from the platform or a file and are believed only because they chain to a pinned root, with
 * a revocation list of every authority on the way that is current now (PROTOCOL section 8), or are themselves pinned
 * as the platform's. Lists that the user gave count beside the platform's: an entry on any of them revokes.
 */
export class TrustedCertificates {
  private readonly leaves = new Map<string, Certificate>();
  private readonly others = new Map<string, Certificate>();
  private readonly crls: readonly CertificateRevocationList[];

  constructor(
    private readonly trust: ClientTrust,
    private readonly moment: Moment,
  ) {
    this.crls = [...trust.crls, ...moment.crls.flatMap(readCrl)];
  }

  /** Takes PEM chains, leaf first, in any number; what cannot be read stays unknown. */
  add(chains: readonly string[]): void {
    for (const text of chains) {
      const parsed = parsePem(text);
      if (!parsed.ok) continue;
      const [leaf, ...intermediates] = parsed.value;
      if (!leaf) continue;
      this.leaves.set(leaf.fingerprint, leaf);
      for (const other of intermediates) this.others.set(other.fingerprint, other);
    }
  }

  /**
   * Undefined for what no pinned root stands behind.
   * @throws TrustError EVIDENCE.CERTIFICATE_REVOKED, EVIDENCE.CRL_REQUIRED: a good chain, but revoked, or not known not to be
   */
  readonly lookup: CertificateLookup = (fingerprint) => this.find(fingerprint, this.moment.at);

  /** The same for certificates that must have been good at `at`, or now if that is earlier. */
  readonly lookupAt = (fingerprint: string, at: Instant): Certificate | undefined =>
    this.find(fingerprint, at);

  private find(fingerprint: string, wanted: Instant | undefined): Certificate | undefined {
    const leaf = this.leaves.get(fingerprint);
    if (!leaf || this.trust.platform.has(fingerprint)) return leaf;
    const { now } = this.moment;
    const answer = validateChain({
      leaf,
      intermediates: [...this.others.values()],
      roots: this.trust.ca,
      crls: this.crls,
      ...(wanted !== undefined && wanted < now ? { at: wanted, crlsAt: now } : { at: now }),
    });
    if (answer.ok) return leaf;
    const { code, facts } = answer.error;
    if (code === 'CERT.REVOKED') throw new TrustError('EVIDENCE.CERTIFICATE_REVOKED', facts);
    if (isCrlFault(code))
      throw new TrustError('EVIDENCE.CRL_REQUIRED', { cause: code, ...facts }, 'platform');
    return undefined;
  }

  /** Adds what `fetch` gives for fingerprints not known yet. */
  async learn(
    fingerprints: readonly string[],
    fetch: (fingerprint: string) => Promise<string | null>,
  ): Promise<void> {
    for (const fingerprint of new Set(fingerprints)) {
      if (this.leaves.has(fingerprint)) continue;
      const chain = await fetch(fingerprint);
      if (chain !== null) this.add([chain]);
    }
  }
}

function readCrl(text: string): CertificateRevocationList[] {
  const list = parseCrl(b64u.decode(text));
  return list.ok ? [list.value] : [];
}
