import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { JournalKey, LotKey, LotKeyTerms, Signature, Signed, TrusteeKey } from '#trust';

/** The lot's key ceremony. Terms, offers and signatures may be made anew until the key is complete; then nothing. */
export abstract class LotKeyStore {
  /** Also forgets offers and signatures, which were made for other terms. */
  abstract replaceTerms(tx: Tx, lotId: LotId, terms: LotKeyTerms): Promise<void>;
  abstract terms(tx: Tx, lotId: LotId): Promise<LotKeyTerms | null>;
  /** A new key in a seat makes another LOTKEY: signatures over the old one are forgotten. */
  abstract putOffer(tx: Tx, lotId: LotId, key: TrusteeKey): Promise<void>;
  /** By seat. */
  abstract offers(tx: Tx, lotId: LotId): Promise<readonly TrusteeKey[]>;
  abstract putSignature(tx: Tx, lotId: LotId, i: number, signature: Signature): Promise<void>;
  /** By seat. */
  abstract signatures(tx: Tx, lotId: LotId): Promise<readonly Signature[]>;
  abstract complete(
    tx: Tx,
    lotId: LotId,
    key: { readonly signed: Signed<LotKey>; readonly hash: string },
    journal: { readonly signed: Signed<JournalKey>; readonly hash: string },
  ): Promise<void>;
  abstract completed(
    tx: Tx,
    lotId: LotId,
  ): Promise<{ readonly signed: Signed<LotKey>; readonly journal: Signed<JournalKey> } | null>;
  /** Published lots whose key every trustee has signed, but which is not completed. */
  abstract readyToComplete(tx: Tx, limit: number): Promise<readonly LotId[]>;
}
