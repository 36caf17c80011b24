import type { ReceiptVerdict, VerificationReport } from '#trust';

/** What the page asks of the worker. Files travel as handles: their bytes are read there, piece by piece. */
export type Question =
  | { readonly kind: 'roots'; readonly text: string }
  | {
      readonly kind: 'check';
      readonly roots: string;
      readonly files: readonly File[];
      /** PEM chains of the platform's certificates; each counts only if the roots pin its hash. */
      readonly certificates: readonly string[];
    };

export interface RootsSummary {
  readonly origin: string;
  readonly log: string;
  readonly ca: number;
  readonly tsa: number;
  readonly platform: number;
  /** Of the file's bytes, hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string;
}

export interface Refused {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type ReceiptAnswer =
  | { readonly ok: true; readonly verdict: ReceiptVerdict }
  | { readonly ok: false; readonly refused: Refused; readonly blame: string | null };

export type Finding =
  | { readonly kind: 'evidence'; readonly name: string; readonly report: VerificationReport }
  | { readonly kind: 'receipt'; readonly name: string; readonly answer: ReceiptAnswer };

export type Answer =
  | { readonly kind: 'roots'; readonly summary: RootsSummary }
  | { readonly kind: 'roots-refused'; readonly refused: Refused }
  | { readonly kind: 'progress'; readonly read: number; readonly size: number }
  | Finding
  | { readonly kind: 'done' }
  /** Nothing can be told: a file that cannot be read, a fault of this program. */
  | { readonly kind: 'cannot'; readonly name: string; readonly refused: Refused };
