import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import type { Certificate } from './certificate.ts';
import type { ChainCode } from './path-result.ts';

/** When a root is recognised here: from the first instant on, and no more from the second (null: no end is set). */
export interface RecognisedSpan {
  readonly from: Instant;
  readonly until: Instant | null;
}

/** A pinned root. Where regions recognise each other's authorities, `recognised` says when this one is, here. */
export type TrustAnchor = Certificate & { readonly recognised?: readonly RecognisedSpan[] };

/** One line of a table of mutual recognition (数字证书跨区域互认). */
export interface Recognition extends RecognisedSpan {
  /** SHA-256 of the root's certificate, base64url. */
  readonly ca: string;
  /** GB/T 2260 codes in six digits; trailing pairs of zeros stand for everything below: 440000 is all of Guangdong. */
  readonly regions: readonly string[];
}

/** The roots as a region recognises them: one that no line names for it is pinned, known, and refused by name. */
export const anchorsOf = (
  roots: readonly Certificate[],
  region: string,
  table: readonly Recognition[],
): TrustAnchor[] =>
  roots.map((root) => ({
    ...root,
    recognised: table
      .filter(({ ca, regions }) => ca === root.fingerprint && regions.some((each) => covers(each, region)))
      .map(({ from, until }) => ({ from, until })),
  }));

const covers = (wide: string, narrow: string): boolean => narrow.startsWith(wide.replace(/(?:00)+$/, ''));

/** Judged at the instant of the question: what ended later was recognised then. */
export function checkRecognition(root: TrustAnchor, at: Instant): Result<null, Refusal<ChainCode>> {
  const holds = ({ from, until }: RecognisedSpan) => from <= at && (until === null || at < until);
  if (!root.recognised || root.recognised.some(holds)) return ok(null);
  return refuse('CERT.NOT_RECOGNISED', { certificate: root.fingerprint, at });
}
