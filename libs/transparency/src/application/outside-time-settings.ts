import type { Certificate } from '#trust';

/** A time-stamp authority that another body runs (RFC 3161 over HTTP). */
export interface OutsideAuthority {
  /** As LOTKEY and roots.json name it: lower case, digits and hyphens. */
  readonly name: string;
  readonly url: string;
  readonly roots: readonly Certificate[];
  /** Object identifier that its tokens must bear; null for any. */
  readonly policy: string | null;
}

/** Which authorities are asked, and how; provided by apps/platform. */
export abstract class OutsideTimeSettings {
  abstract readonly authorities: readonly OutsideAuthority[];
  /** Milliseconds between two questions to one authority: a fixed clock, whether or not anything came in. */
  abstract readonly intervalMs: number;
  /** For one whole answer. */
  abstract readonly timeoutMs: number;
}
