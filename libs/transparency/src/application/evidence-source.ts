import type { Readable } from 'node:stream';

/** `public`: anyone, once the opening record is published. `auditor`: also the committee's envelopes and shares. */
export type EvidenceAudience = 'public' | 'auditor';

/** A record whose hash is in the log: the bundle proves its inclusion. */
export interface LoggedRecord {
  /** First argument of `H(type, record)`. */
  readonly type: string;
  readonly hash: string;
}

/**
 * One thing that a context adds to a lot's evidence. Paths are those of docs/EVIDENCE.md: lower-case ASCII segments, no
 * two pieces with one path. `bytes` of records are `canonicalBytes`. Signers named in JSON files (`signatures[].signer`,
 * `trustees[].cert`), CRLs named in CLOSE and checkpoints in CLOSE are found by the bundle itself.
 */
export type EvidencePiece =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly logged?: LoggedRecord;
    }
  | {
      /** Large bytes, never whole in memory. `open` is called once, late; exactly `size` bytes must come. */
      readonly kind: 'stream';
      readonly path: string;
      readonly size: number;
      open(): Promise<Readable>;
    }
  /** A logged record whose file is not in this audience's bundle. */
  | ({ readonly kind: 'logged' } & LoggedRecord)
  /** A checkpoint that some receipt mentions; the bundle proves consistency from it. */
  | { readonly kind: 'checkpoint'; readonly text: string }
  | { readonly kind: 'certificate'; readonly der: Uint8Array }
  | { readonly kind: 'crl'; readonly der: Uint8Array };

/**
 * A context's share in the evidence of a lot. `unknown`: not my lot; `pending`: not to be shown yet to this audience;
 * `available`: it may be shown. A bundle is made when one source says available and none says pending.
 */
export abstract class EvidenceSource {
  /** Context name, for messages. */
  abstract readonly name: string;
  stateOf(_lotId: string, _audience: EvidenceAudience): Promise<'unknown' | 'pending' | 'available'> {
    return Promise.resolve('unknown');
  }
  abstract contribute(lotId: string, audience: EvidenceAudience): AsyncIterable<EvidencePiece>;
}

/** What parties knows of certificates. All DER. */
export abstract class CertificateSource {
  /** The certificate of this SHA-256 (base64url) and its issuers up to, not necessarily including, the root; null if unknown. */
  abstract chainOf(fingerprint: string): Promise<readonly Uint8Array[] | null>;
  /** The CRL of this SHA-256 (base64url), null if unknown. */
  abstract crlOf(sha256: string): Promise<Uint8Array | null>;
  abstract trustedRoots(): Promise<readonly Uint8Array[]>;
}
