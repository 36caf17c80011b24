/** Signatures over records. */
import { z } from 'zod';
import { bytesUpTo, hash32 } from './value.ts';

/** `signer` is the SHA-256 of the signer's certificate in DER; `sig` covers "glasshall/1/sig\0" ‖ type ‖ "\0" ‖ JCS(record). */
export const signature = z.strictObject({ signer: hash32, sig: bytesUpTo(512) });
export type Signature = z.infer<typeof signature>;

/** A record with the signatures over it; certificates travel beside it (bundle `certificates/`), never inside. */
export const signed = <T extends z.ZodType>(record: T) =>
  z.strictObject({ record, signatures: z.array(signature).min(1).max(64) });
export interface Signed<T> {
  readonly record: T;
  readonly signatures: readonly Signature[];
}
