import type { DrawCode, EvidenceCode, SealCode } from './trust-codes.ts';

/**
 * Corruption or attack, found by trust code. Codes are a closed list; those of draw/, seal/ and evidence/ stand in
 * trust-codes.ts. Facts are public values only, never a secret.
 */
export type TrustCode =
  // records (encoding/)
  | 'RECORD.TOO_LARGE'
  | 'RECORD.TOO_DEEP'
  | 'RECORD.NOT_CANONICAL'
  | 'RECORD.NOT_REPRESENTABLE'
  | 'RECORD.SCHEMA'
  | 'ENCODING.BASE64URL'
  | 'ENCODING.UTF8'
  // signatures over records
  | 'SIGNATURE.NONE'
  | 'SIGNATURE.DUPLICATE_SIGNER'
  | 'SIGNATURE.UNKNOWN_SIGNER'
  | 'SIGNATURE.OTHER_SUITE'
  | 'SIGNATURE.INVALID'
  // group elements (group/)
  | 'GROUP.POINT'
  | 'GROUP.SCALAR'
  // dealings and shares (threshold/)
  | 'DEALING.SHAPE'
  | 'DEALING.SECRET'
  | 'SHARE.SHAPE'
  | 'SHARE.TOO_FEW'
  | 'SHARE.DUPLICATE'
  // the lot's key record
  | 'LOTKEY.SHAPE'
  | 'LOTKEY.STAGES'
  | 'LOTKEY.SEATS'
  | 'LOTKEY.POLICY'
  | 'LOTKEY.SUITE'
  | 'LOTKEY.POINT'
  | 'LOTKEY.EQUAL_KEY'
  | 'LOTKEY.EQUAL_CERTIFICATE'
  | 'LOTKEY.POSSESSION'
  | 'LOTKEY.SIGNERS'
  // the log (log/)
  | 'LOG.RANGE'
  | 'LOG.HASH_SIZE'
  | 'LOG.TILE'
  | 'LOG.CHECKPOINT'
  | 'NOTE.FORM'
  | 'NOTE.KEY'
  | 'NOTE.UNSIGNED'
  | 'NOTE.SIGNATURE'
  | 'WITNESS.REQUEST'
  // ecies
  | 'ECIES.FORM'
  | 'ECIES.OPEN'
  // a time stamp that a client refuses
  | 'TIMESTAMP.REFUSED'
  | DrawCode
  | SealCode
  | EvidenceCode;

/** Whose fault a finding is, as the verifier prints it; a trustee is named by seat, a draw's dealer by its place. */
export type Blame =
  | 'bidder'
  | 'platform'
  | 'tenderee'
  | 'regulator'
  | 'timestamp-authority'
  | 'witness'
  | 'organiser'
  | `trustee-${number}`
  | `dealer-${number}`;

export type TrustFacts = Readonly<Record<string, string | number | boolean | null>>;

export class TrustError extends Error {
  constructor(
    readonly code: TrustCode,
    readonly facts: TrustFacts = {},
    readonly blame?: Blame,
  ) {
    super(code);
    this.name = 'TrustError';
  }
}
