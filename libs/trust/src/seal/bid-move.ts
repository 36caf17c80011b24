import { b64u, edPublicKey, edSign, edVerify, signatureInput } from '../encoding/index.ts';
import type { BidMove, SignedMove } from '../records/index.ts';

/** Signs a replacement or withdrawal with the old package's `wk` (Ed25519). */
export const signBidMove = (wkSecret: Uint8Array, record: BidMove): SignedMove => ({
  record,
  sig: b64u.encode(edSign(wkSecret, signatureInput('move', record))),
});

/** True iff the holder of `wk` (of the COMMIT that `record.from` names, base64url) signed it. */
export const verifyBidMove = ({ record, sig }: SignedMove, wk: string): boolean =>
  edVerify(b64u.decode(wk), signatureInput('move', record), b64u.decode(sig));

export const wkOf = (wkSecret: Uint8Array): string => b64u.encode(edPublicKey(wkSecret));
