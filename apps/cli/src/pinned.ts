import type { Instant } from '#kernel';
import {
  TrustError,
  b64u,
  blindedLeaf,
  leafHash,
  openCheckpoint,
  parsePem,
  parseVkey,
  validateChain,
  verifyInclusion,
} from '#trust';
import type { Certificate, CertificateLookup, LogReceipt, NoteKey, PinnedTrust } from '#trust';

/**
 * Certificates that came from the platform or a file and are believed only because they chain to a pinned root (or
 * are themselves pinned as the platform's).
 */
export class TrustedCertificates {
  private readonly known = new Map<string, Certificate>();
  private readonly others = new Map<string, Certificate>();

  constructor(
    private readonly trust: PinnedTrust,
    private readonly now: Instant,
  ) {}

  /** Takes PEM chains, leaf first, in any number; what cannot be believed stays unknown. */
  add(chains: readonly string[]): void {
    for (const text of chains) {
      const parsed = parsePem(text);
      if (!parsed.ok) continue;
      const [leaf, ...intermediates] = parsed.value;
      if (!leaf) continue;
      const valid = validateChain({ leaf, intermediates, roots: this.trust.ca, at: this.now }).ok;
      if (valid || this.trust.platform.has(leaf.fingerprint)) this.known.set(leaf.fingerprint, leaf);
      for (const other of intermediates) this.others.set(other.fingerprint, other);
    }
  }

  readonly lookup: CertificateLookup = (fingerprint) => this.known.get(fingerprint);

  /** Adds what `fetch` gives for fingerprints not known yet. */
  async learn(
    fingerprints: readonly string[],
    fetch: (fingerprint: string) => Promise<string | null>,
  ): Promise<void> {
    for (const fingerprint of new Set(fingerprints)) {
      if (this.known.has(fingerprint)) continue;
      const chain = await fetch(fingerprint);
      if (chain !== null) this.add([chain]);
    }
  }
}

export const logKeyOf = (trust: PinnedTrust): NoteKey => {
  const key = parseVkey(trust.log);
  if (key.name !== trust.origin) throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'origin' });
  return key;
};

/** The record's leaf is in the tree that the pinned log key signed. Throws TrustError NOTE.*, LOG.CHECKPOINT. */
export function checkLogReceipt(trust: PinnedTrust, hash: string, receipt: LogReceipt): void {
  const { size, root } = openCheckpoint(receipt.checkpoint, logKeyOf(trust));
  const leaf = leafHash(blindedLeaf(b64u.decode(hash), b64u.decode(receipt.blind)));
  const proof = receipt.proof.map((each) => b64u.decode(each));
  const included =
    receipt.subject === hash && verifyInclusion({ index: receipt.index, size, leaf, proof, root });
  if (!included) throw new TrustError('LOG.CHECKPOINT', { reason: 'not included', hash }, 'platform');
}
