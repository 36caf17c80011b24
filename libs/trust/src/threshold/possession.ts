/**
 * Proof of possession: a trustee knows x with y = x·B, for this lot, this seat and this certificate.
 * Source: Schnorr, CRYPTO '89; RFC 8235 section 3; against rogue keys: Ristenpart-Yilek, EUROCRYPT 2007.
 */
import { b64u, concat, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { hashRecord } from '../encoding/hash.ts';
import { encodePoint, multiplySecret } from '../group/curve.ts';
import type { Scalar } from '../group/curve.ts';
import type { DrawTerms, LotKeyTerms, TrusteeKey } from '../records/index.ts';
import { suiteIdOf, suiteOf } from '../suite/suite.ts';
import { falseClaims } from './batch.ts';
import type { Claim } from './batch.ts';
import { possessionChallenge } from './challenge.ts';
import { readable } from './check.ts';
import { proofNonces } from './nonce.ts';

/** What the trustee sits for: a lot or a draw. Their hashes have other types, so that no proof serves both. */
type SeatTerms = LotKeyTerms | DrawTerms;

const hashOfTerms = (terms: SeatTerms): Uint8Array => hashRecord(`${terms.type}-terms`, terms);

export interface ProvePossession {
  readonly x: Scalar;
  readonly terms: SeatTerms;
  readonly i: number;
  /** Credit code of the seat's organisation. */
  readonly org: string;
  /** SHA-256 of the trustee's certificate, base64url. */
  readonly cert: string;
  readonly random: Random;
}

/** The trustee's entry of LOTKEY: y = x·B and the proof a = w·B, r = w − e·x. */
export function provePossession({ x, terms, i, org, cert, random }: ProvePossession): TrusteeKey {
  const suite = suiteOf(suiteIdOf(terms));
  const { group } = suite;
  const y = multiplySecret(group.B, x);
  const context = { terms: hashOfTerms(terms), i, org, cert: b64u.decode(cert), y };
  const statement = concat(context.terms, uint(i, 1), utf8.encode(`${org}\0`), context.cert);
  const [w] = proofNonces(suite, 'pop', uint(x, 32), statement, random) as [Scalar];
  const a = multiplySecret(group.B, w);
  const e = possessionChallenge({ ...context, a });
  return {
    i,
    org,
    cert,
    y: encodePoint(y),
    pop: { a: encodePoint(a), r: group.encodeScalar(group.mod(w - e * x)) },
  };
}

function claimOf({ key, terms }: { key: TrusteeKey; terms: SeatTerms }): Claim {
  const { group } = suiteOf(suiteIdOf(terms));
  const [y, a] = [group.decodePoint(key.y), group.decodePoint(key.pop.a)];
  const r = group.decodeScalar(key.pop.r);
  const e = possessionChallenge({
    terms: hashOfTerms(terms),
    i: key.i,
    org: key.org,
    cert: b64u.decode(key.cert),
    y,
    a,
  });
  return (sum, weight) => {
    const u = weight();
    sum.add(group.B, group.mod(u * r));
    sum.add(y, group.mod(u * e));
    sum.add(a.negate(), u);
  };
}

/** True iff a = r·B + e·y. */
export const verifyPossession = (key: TrusteeKey, terms: SeatTerms, random: Random = systemRandom): boolean =>
  falseClaims([{ key, terms }].map(readable(claimOf)), random).length === 0;
