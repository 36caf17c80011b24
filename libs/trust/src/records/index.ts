/**
 * Every record that is hashed, signed or logged, as a strict schema: the contract between the platform, the
 * bidder's client, the trustees and the verifier. Unknown fields are refused. Source: docs/PROTOCOL.md.
 *
 * Conventions: bytes are base64url without padding; instants `YYYY-MM-DDTHH:MM:SS.mmmZ`; money a decimal string
 * with two places; counts are integers < 2^53. `H(type, record)` is defined in encoding/hash.ts.
 */
export * from './value.ts';
export * from './signature.ts';
export * from './lot.ts';
export * from './bid.ts';
export * from './receipt.ts';
export * from './journal.ts';
export * from './close.ts';
export * from './opening.ts';
export * from './award.ts';
export * from './log.ts';
export * from './login.ts';
export * from './draw.ts';
