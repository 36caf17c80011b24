import { parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { TrustError } from '../encoding/index.ts';
import { parseCrl } from '../pki/crl.ts';
import type { CertificateRevocationList } from '../pki/crl.ts';
import type { Certificate } from '../pki/certificate.ts';
import { validateChain } from '../pki/validate-chain.ts';
import type { AcceptedBid, Close, Commit, LotKey, Notice, Signed, SuiteId } from '../records/index.ts';
import { suiteIdOf } from '../suite/index.ts';
import type { AeadFactory } from '../seal/aead.ts';
import type { NewHash } from '../seal/leaf-hasher.ts';
import { verifySigned } from '../encoding/index.ts';
import { numbered, only } from './bundle.ts';
import type { BundleReader, Evidence } from './bundle.ts';
import type { CheckId, Culprit, Findings } from './report.ts';
import type { PinnedTrust } from './trust-file.ts';
import type { RankBids } from './check-award.ts';

/** What differs between Node and a browser, and what another library must not be imported for. */
export interface VerifierTools {
  readonly newHash: NewHash;
  readonly aead: AeadFactory;
  /** `rankByLowestEvaluatedPrice` of libs/scoring. */
  readonly rank: RankBids;
}

/** The instant in a record; its form was checked by the schema, its calendar was not. */
export function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === null) throw new TrustError('EVIDENCE.INSTANT', { text });
  return parsed;
}

/** Everything that the checks share: the loaded records, what is pinned, and what was found. */
export class Verification {
  readonly notices: readonly Signed<Notice>[];
  readonly lotKey: LotKey | null;
  readonly close: Close | null;
  /** Of every record of the lot: the first notice declares it. */
  readonly suite: SuiteId;
  private readonly crls: readonly CertificateRevocationList[];

  constructor(
    readonly evidence: Evidence,
    readonly reader: BundleReader,
    readonly trust: PinnedTrust,
    readonly tools: VerifierTools,
    readonly findings: Findings,
  ) {
    this.notices = numbered(evidence, 'notice');
    this.lotKey = only(evidence, 'lotkey')?.record ?? null;
    this.close = only(evidence, 'close')?.record ?? null;
    this.suite = suiteIdOf(this.notices[0]?.record);
    this.crls = this.readCrls();
  }

  /** CLOSE's list and what the find-yourself window added, in order of arrival (then commitment). */
  get accepted(): readonly AcceptedBid[] {
    const added = numbered(this.evidence, 'close-add').map(({ record }) => record.bid);
    const order = (bid: AcceptedBid) => `${bid.arrivedAt}/${bid.c}`;
    return [...(this.close?.accepted ?? []), ...added].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  /** COMMITs of the accepted bids; one that is missing was reported by V07. */
  get acceptedCommits(): readonly { readonly bid: AcceptedBid; readonly commit: Commit }[] {
    return this.accepted.flatMap((bid) => {
      const commit = this.evidence.records.commit.get(bid.c);
      return commit ? [{ bid, commit }] : [];
    });
  }

  /** Runs one check's body; a trust error in it is a finding, not a crash. */
  async run(id: CheckId, subject: string, blame: Culprit, body: () => void | Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      this.findings.fail(id, error.code, subject, error.blame ?? blame, error.facts);
    }
  }

  /**
   * Signatures, chains at `when`, and who signed: every signer's credit code must be among `by` (or the signer pinned
   * as the platform, for `platform`), and each of `needed` must be there. Problems go to `id`.
   */
  checkSigners<T extends object>(
    id: CheckId,
    subject: string,
    type: string,
    signed: Signed<T>,
    rule: {
      readonly when: Instant;
      readonly needed: readonly (string | readonly string[])[];
      readonly blame: Culprit;
    },
  ): boolean {
    let signers: readonly Certificate[];
    try {
      signers = verifySigned(type, signed, (fingerprint) => this.evidence.certificates.get(fingerprint));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      this.findings.fail(id, error.code, subject, rule.blame, error.facts);
      return false;
    }
    const names = signers.map((signer) => this.nameOf(signer, rule.when, subject));
    const missing = rule.needed.filter((one) => ![one].flat().some((name) => names.includes(name)));
    for (const one of missing) {
      this.findings.fail(id, 'EVIDENCE.NOT_SIGNED_BY', subject, rule.blame, {
        needed: [one].flat().join(' or '),
      });
    }
    const allowed = rule.needed.flat();
    const strangers = names.filter((name) => name === null || !allowed.includes(name));
    if (strangers.length > 0) this.findings.fail(id, 'EVIDENCE.STRANGER_SIGNED', subject, rule.blame);
    return missing.length === 0 && strangers.length === 0;
  }

  /** `platform`, or the credit code of a certificate that chains to a pinned root at `when`; null (and V01) otherwise. */
  private nameOf(certificate: Certificate, when: Instant, subject: string): string | null {
    const chain = this.chain(certificate, when);
    if (!chain.ok) {
      const facts = { ...chain.error.facts, record: subject };
      this.findings.fail(
        'V01',
        chain.error.code,
        `certificates/${certificate.fingerprint}.der`,
        'bundle',
        facts,
      );
      return null;
    }
    return this.trust.platform.has(certificate.fingerprint) ? 'platform' : certificate.holder.creditCode;
  }

  chain(certificate: Certificate, when: Instant) {
    const question = {
      leaf: certificate,
      intermediates: [...this.evidence.certificates.values()],
      roots: this.trust.ca,
      at: when,
    };
    // The platform's own signers are pinned one by one: taking the pin back is their revocation.
    // Only CLOSE's lists count, for everything up to it; what is signed later is judged without (V01 says so).
    const isPinned = this.trust.platform.has(certificate.fingerprint);
    if (isPinned || !this.close || when > at(this.close.closedAt)) return validateChain(question);
    return validateChain({ ...question, crls: this.crls, crlsAt: at(this.close.closedAt) });
  }

  /** The lists that CLOSE names, for judging bidders' certificates. */
  get closeCrls(): readonly CertificateRevocationList[] {
    return this.crls;
  }

  private readCrls(): CertificateRevocationList[] {
    return (this.close?.crls ?? []).flatMap((name) => {
      const bytes = this.evidence.crls.get(name);
      if (!bytes) {
        this.findings.fail('V01', 'EVIDENCE.MISSING', `crls/${name}.crl`, 'bundle');
        return [];
      }
      const list = parseCrl(bytes);
      if (list.ok) return [list.value];
      this.findings.fail('V01', list.error.code, `crls/${name}.crl`, 'bundle');
      return [];
    });
  }
}
