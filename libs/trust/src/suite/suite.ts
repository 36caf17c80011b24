/**
 * The two suites (PROTOCOL section 2). A suite is looked up by the id that stands in the record at hand, never chosen
 * or negotiated, and one lot uses one: what another suite made is refused, not translated.
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CHash } from '@noble/hashes/utils.js';
import type { Group, Point } from '../group/curve.ts';
import { P256_GROUP } from '../group/p256.ts';
import { SM2_GROUP } from '../group/sm2p256v1.ts';
import type { SuiteId } from '../records/value.ts';
import { sm3 } from '../sm/sm3.ts';

export class Suite {
  constructor(
    readonly id: SuiteId,
    readonly group: Group,
    private readonly chash: CHash,
    /** Bytes of a content key: AES-256-GCM has 32, SM4-GCM 16. */
    readonly keyBytes: number,
  ) {}

  /** The suite's hash of the parts, joined: 32 bytes. */
  hash(...parts: readonly Uint8Array[]): Uint8Array {
    const hash = this.chash.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  }

  /** HKDF-Extract over the suite's hash (RFC 5869 section 2.2): 32 bytes. */
  extract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
    return extract(this.chash, ikm, salt);
  }

  /** HKDF-Expand over the suite's hash (RFC 5869 section 2.3); `prk` has at least 32 bytes, `length` at most 8160. */
  expand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    return expand(this.chash, prk, info, length);
  }
}

const SUITES: Readonly<Record<SuiteId, Suite>> = {
  P256: new Suite('P256', P256_GROUP, sha256, 32),
  SM: new Suite('SM', SM2_GROUP, sm3, 16),
};

export const suiteOf = (id: SuiteId): Suite => SUITES[id];

/** The suite of a lot's record: the one that it names, and P256 where it has no such field. */
export const suiteIdOf = (record: unknown): SuiteId =>
  typeof record === 'object' && record !== null && 'suite' in record && record.suite === 'SM' ? 'SM' : 'P256';

/** An element knows its curve, and with it the suite. */
export const suiteOfPoint = (point: Point): Suite =>
  point instanceof SM2_GROUP.Point ? SUITES.SM : SUITES.P256;

/** What a record says of its suite: nothing in suite P256, whose records are older than the other's. */
export const suiteField = (id: SuiteId): { suite?: 'SM' } => (id === 'SM' ? { suite: id } : {});
