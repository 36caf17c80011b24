import { concat, utf8 } from '../encoding/bytes.ts';
import { sha256 } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Hash } from './merkle.ts';

/**
 * The log's entry for a record: SHA-256("leaf" ‖ c ‖ blind), PROTOCOL section 6. 32 bytes that say nothing until
 * `blind` is shown; the leaf hash of the tree is `leafHash` of it.
 * @throws TrustError LOG.HASH_SIZE unless both have 32 bytes
 */
export function blindedLeaf(c: Hash, blind: Uint8Array): Uint8Array {
  if (c.length !== 32 || blind.length !== 32) throw new TrustError('LOG.HASH_SIZE');
  return sha256(concat(utf8.encode('leaf'), c, blind));
}
