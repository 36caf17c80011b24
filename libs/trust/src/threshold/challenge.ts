/** The Fiat-Shamir challenges of dealings, shares and possession; every variable part has one reading. */
import { concat, uint, utf8 } from '../encoding/bytes.ts';
import { uncompressed } from '../group/curve.ts';
import type { Point, Scalar } from '../group/curve.ts';
import { suiteOfPoint } from '../suite/suite.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { DealingType } from './labels.ts';

const ZERO = new Uint8Array(1);
const points = (list: readonly Point[]): Uint8Array => concat(...list.map(uncompressed));

/** The hash of the suite to which `key` belongs, mod q. A transcript with points of two groups has no challenge. */
function challengeOf(key: Point, all: readonly Point[], ...head: readonly Uint8Array[]): Scalar {
  const suite = suiteOfPoint(key);
  if (all.some((point) => suiteOfPoint(point) !== suite)) {
    throw new TrustError('GROUP.POINT', { reason: 'of another suite' });
  }
  return suite.group.challengeOf(suite.hash(...head, points(all)));
}

export interface DealingTranscript {
  readonly type: DealingType;
  readonly label: string;
  /** 32 bytes: hash of the carrying record without its proofs. */
  readonly body: Uint8Array;
  readonly y: readonly Point[];
  readonly C: readonly Point[];
  readonly E: readonly Point[];
  readonly a1: readonly Point[];
  readonly a2: readonly Point[];
}

/**
 * e = Hash("glasshall/1/pvss" ‖ 0 ‖ type ‖ label ‖ body ‖ n ‖ k ‖ g ‖ B ‖ all y ‖ all C ‖ all E ‖ all a1 ‖ all a2)
 * mod q, PROTOCOL section 4; n and k are one byte each. The caller makes `label` from the record that is
 * checked, so its length is fixed and n and k fix the rest. One challenge for all n proofs (Schoenmakers 1999, 3.1).
 */
export function dealingChallenge(t: DealingTranscript): Scalar {
  const [key] = t.y as [Point, ...Point[]];
  const { g, B } = suiteOfPoint(key).group;
  return challengeOf(
    key,
    [g, B, ...t.y, ...t.C, ...t.E, ...t.a1, ...t.a2],
    utf8.encode('glasshall/1/pvss'),
    ZERO,
    utf8.encode(t.type),
    utf8.encode(t.label),
    t.body,
    uint(t.y.length, 1),
    uint(t.C.length, 1),
  );
}

/** Where a share belongs. `audience` is `journal` for the journal's one dealing. */
export interface ShareContext {
  readonly type: DealingType;
  /** H("lotkey", LOTKEY), 32 bytes. */
  readonly lotKeyHash: Uint8Array;
  /** The commitment: H("commit", COMMIT) or H("journal", JOURNALKEY), 32 bytes; it fixes the whole dealing. */
  readonly c: Uint8Array;
  readonly stage: number;
  readonly audience: 'public' | 'committee' | 'journal';
  /** The trustee's seat. */
  readonly i: number;
}

export interface ShareTranscript extends ShareContext {
  readonly y: Point;
  readonly E: Point;
  readonly D: Point;
  readonly a1: Point;
  readonly a2: Point;
}

/**
 * e = Hash("glasshall/1/share" ‖ 0 ‖ type ‖ 0 ‖ lotKeyHash ‖ c ‖ stage ‖ audience ‖ 0 ‖ i ‖ B ‖ y ‖ E ‖ D ‖ a1 ‖ a2)
 * mod q; stage and i are one byte each. The statement is inside (strong Fiat-Shamir: Bernhard, Pereira, Warinschi,
 * ASIACRYPT 2012).
 */
export const shareChallenge = (t: ShareTranscript): Scalar =>
  challengeOf(
    t.y,
    [suiteOfPoint(t.y).group.B, t.y, t.E, t.D, t.a1, t.a2],
    utf8.encode(`glasshall/1/share\0${t.type}\0`),
    t.lotKeyHash,
    t.c,
    uint(t.stage, 1),
    utf8.encode(`${t.audience}\0`),
    uint(t.i, 1),
  );

export interface PossessionTranscript {
  /** H("lotkey-terms", terms), 32 bytes. */
  readonly terms: Uint8Array;
  readonly i: number;
  readonly org: string;
  /** SHA-256 of the trustee's certificate. */
  readonly cert: Uint8Array;
  readonly y: Point;
  readonly a: Point;
}

/** e = Hash("glasshall/1/pop" ‖ 0 ‖ terms ‖ i ‖ org ‖ 0 ‖ cert ‖ B ‖ y ‖ a) mod q; i is one byte. */
export const possessionChallenge = (t: PossessionTranscript): Scalar =>
  challengeOf(
    t.y,
    [suiteOfPoint(t.y).group.B, t.y, t.a],
    utf8.encode('glasshall/1/pop\0'),
    t.terms,
    uint(t.i, 1),
    utf8.encode(`${t.org}\0`),
    t.cert,
  );
