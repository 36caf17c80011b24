import { DerError, members, readOctets, type DerReader } from '../pki/der.ts';
import { octetString, sequence } from '../pki/der-writer.ts';
import { sha256Algorithm } from '../pki/algorithm-writer.ts';
import { isSha256 } from '../pki/signature.ts';

/** The timestamp's input is outside the profile, although it is well formed. */
export class ImprintError extends DerError {}

/** MessageImprint (RFC 3161 section 2.4.1) of a SHA-256 hash. */
export function writeImprint(hash: Uint8Array): Uint8Array {
  if (hash.length !== 32) throw new RangeError('a SHA-256 hash has 32 bytes');
  return sequence(sha256Algorithm(), octetString(hash));
}

/** Reads a MessageImprint; only SHA-256 is taken. */
export function readImprint(from: DerReader): Uint8Array {
  const reader = members(from.next(0x30));
  if (!isSha256(reader.next())) throw new ImprintError('hash algorithm is not SHA-256');
  const hash = readOctets(reader.next());
  reader.end();
  if (hash.length !== 32) throw new DerError('hash length');
  return hash;
}
