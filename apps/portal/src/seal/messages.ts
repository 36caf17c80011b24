import type { LotFile } from '#client';
import type { DocumentRef, EnvelopeName, LotKey, Notice, OpeningSheet, SelfTestReport } from '#trust';
import type { Refused } from '../verify/messages.ts';

/** Where a package lies in the private file system: `bids/ORGANISATION/ID`. */
export interface PackagePlace {
  readonly organisation: string;
  readonly id: string;
}

/** A file that the bidder chose. It travels as a handle: its bytes are read in the worker, piece by piece. */
export interface ChosenFile {
  readonly e: EnvelopeName;
  readonly path: string;
  readonly file: File;
}

/** What the page asks of the worker: one question, one worker. */
export type Question =
  | {
      readonly kind: 'check';
      /** The lot whose page this is: what the platform gave must be of it. */
      readonly id: string;
      readonly lot: LotFile;
      readonly roots: string;
      /** PEM, the bidder's own certificate and its issuers. */
      readonly chain: string;
    }
  | {
      readonly kind: 'seal';
      readonly place: PackagePlace;
      readonly lotKey: LotKey;
      readonly documents: readonly DocumentRef[];
      readonly sheet: OpeningSheet;
      readonly files: readonly ChosenFile[];
      readonly chain: string;
      readonly supersedes: string | null;
      readonly machine: string;
    }
  | { readonly kind: 'test'; readonly place: PackagePlace; readonly files: readonly ChosenFile[] };

/** To the worker that seals, when it asked for a signature. */
export interface SignatureMade {
  readonly kind: 'signature';
  readonly signature: Uint8Array;
}

export interface CheckedKey {
  readonly lotKey: LotKey;
  readonly lotKeyHash: string;
  readonly latest: Notice;
  /** Why the bidder's own certificate would not stand at the opening; null where it does. */
  readonly own: Refused | null;
}

export type Answer =
  | { readonly kind: 'checked'; readonly checked: CheckedKey }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** The key stays in the page: only what is to be signed is handed out, and only the signature comes back. */
  | { readonly kind: 'sign'; readonly bytes: Uint8Array }
  | { readonly kind: 'sealed'; readonly c: string }
  | { readonly kind: 'tested'; readonly report: SelfTestReport }
  | { readonly kind: 'failed'; readonly refused: Refused };
