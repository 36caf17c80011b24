/**
 * Dealing a publicly verifiable sealed secret.
 * Source: B. Schoenmakers, A Simple Publicly Verifiable Secret Sharing Scheme, CRYPTO '99, section 3; PROTOCOL 4.
 */
import { b64u, concat, uint, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { encodePoint, multiplySecret, uncompressed } from '../group/curve.ts';
import type { Point, Scalar } from '../group/curve.ts';
import type { Audience, Dealing } from '../records/index.ts';
import { suiteOfPoint } from '../suite/suite.ts';
import type { Suite } from '../suite/suite.ts';
import { dealingChallenge } from './challenge.ts';
import type { DealingType, UnprovenDealing } from './labels.ts';
import { proofNonces } from './nonce.ts';
import { evaluate } from './polynomial.ts';

const suiteOfTerms = ({ trusteeKeys }: DealingTerms): Suite => suiteOfPoint(trusteeKeys[0] as Point);

/** K = HKDF-Extract(salt = Hash(label), ikm = S uncompressed): 32 bytes, from which content keys are expanded. */
export function keyOfSecretPoint(S: Point, label: string): Uint8Array {
  const suite = suiteOfPoint(S);
  return suite.extract(suite.hash(utf8.encode(label)), uncompressed(S));
}

export interface DealingTerms {
  readonly type: DealingType;
  readonly label: string;
  readonly stage: number;
  readonly audience: Audience;
  /** 32 secret bytes of this dealing alone; s and the a_j derive from them, salted with the label. */
  readonly seedKey: Uint8Array;
  /** y_1…y_n, decoded. */
  readonly trusteeKeys: readonly Point[];
  readonly k: number;
}

/** C and E are made; the proofs wait for `body`, which covers C and E of every dealing of the record. */
export interface PreparedDealing extends UnprovenDealing {
  readonly type: DealingType;
  readonly label: string;
  /** Secret: road A reveals it at the opening. */
  readonly secret: Scalar;
  /** Secret: the dealing's key K. */
  K(): Uint8Array;
  /** Adds the proofs; see {@link proveDealing}. */
  prove(body: Uint8Array, random: Random): Dealing;
}

/** s = a_0 and a_1…a_{k−1}, from the seed and bound to type and label: another label shares no coefficient. */
function coefficients(terms: DealingTerms): Scalar[] {
  const { seedKey, type, label, k } = terms;
  const suite = suiteOfTerms(terms);
  const prk = suite.extract(suite.hash(utf8.encode(label)), seedKey);
  const info = utf8.encode(`glasshall/1/coefficient/${type}\0`);
  return Array.from({ length: k }, (_, j) =>
    suite.group.scalarOfWide(suite.expand(prk, concat(info, uint(j, 1)), 48)),
  );
}

/**
 * Phase one: C_j = a_j·g for j < k, E_i = p(i)·y_i for i = 1…n.
 * @throws TrustError DEALING.SHAPE unless 2 <= k <= n <= 15 and the seed has 32 bytes
 */
export function prepareDealing(terms: DealingTerms): PreparedDealing {
  const { type, label, stage, audience, seedKey, trusteeKeys, k } = terms;
  const n = trusteeKeys.length;
  if (seedKey.length !== 32 || k < 2 || k > n || n > 15) throw new TrustError('DEALING.SHAPE', { n, k });
  const a = coefficients(terms);
  const { group } = suiteOfTerms(terms);
  const p = trusteeKeys.map((_, index) => evaluate(group, a, index + 1));
  const points = {
    C: a.map((aj) => multiplySecret(group.g, aj)),
    E: trusteeKeys.map((y, index) => multiplySecret(y, p[index] as Scalar)),
  };
  const secret = a[0] as Scalar;
  return {
    type,
    label,
    stage,
    audience,
    C: points.C.map(encodePoint),
    E: points.E.map(encodePoint),
    secret,
    K: () => keyOfSecretPoint(multiplySecret(group.B, secret), label),
    prove: (body, random) => prove(terms, p, points, body, random),
  };
}

function prove(
  terms: DealingTerms,
  p: readonly Scalar[],
  { C, E }: { C: readonly Point[]; E: readonly Point[] },
  body: Uint8Array,
  random: Random,
): Dealing {
  const { type, label, stage, audience, trusteeKeys: y } = terms;
  const suite = suiteOfTerms(terms);
  const { group } = suite;
  const statement = suite.hash(utf8.encode(`${type}\0${label}\0`), body);
  const w = proofNonces(suite, 'pvss', terms.seedKey, statement, random, y.length);
  const a1 = w.map((wi) => multiplySecret(group.g, wi));
  const a2 = y.map((yi, i) => multiplySecret(yi, w[i] as Scalar));
  const e = dealingChallenge({ type, label, body, y, C, E, a1, a2 });
  return {
    stage,
    audience,
    C: C.map(encodePoint),
    E: E.map(encodePoint),
    a1: a1.map(encodePoint),
    a2: a2.map(encodePoint),
    r: w.map((wi, i) => group.encodeScalar(group.mod(wi - e * (p[i] as Scalar)))),
  };
}

/**
 * Phase two, last of all: n proofs with one challenge, a1_i = w_i·g, a2_i = w_i·y_i, r_i = w_i − e·p(i).
 * @param body 32 bytes, hash of the carrying record without proofs (`commitBody`, `journalBody`)
 * @throws TrustError DEALING.SHAPE when `body` is not a hash
 */
export function proveDealing(prepared: PreparedDealing, body: Uint8Array, random: Random): Dealing {
  if (body.length !== 32) throw new TrustError('DEALING.SHAPE', { body: b64u.encode(body) });
  return prepared.prove(body, random);
}
