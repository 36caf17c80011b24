import { z } from 'zod';
import { creditCode, hash32, scalar, uuid } from '#trust';

/**
 * What a trustee must remember of a lot. `close` is the first CLOSE for which this client released, `adds` the hash of
 * the additions that it had then: no other CLOSE counts, and no later addition.
 */
export const lotSecret = z.strictObject({
  type: z.literal('trustee-key'),
  lot: uuid,
  i: z.number().int().min(1).max(15),
  org: creditCode,
  cert: hash32,
  x: scalar,
  /** H("lotkey-terms", …) that the proof of possession covers. */
  terms: hash32,
  lotKeyHash: hash32.nullable(),
  close: hash32.nullable(),
  adds: hash32.nullable(),
  /** The newest change of the deadline that this client ever saw: a CLOSE that does not rest on it does not count. */
  deadline: z.strictObject({ sequence: z.number().int().min(1).max(1000), hash: hash32 }).optional(),
});
export type LotSecret = z.infer<typeof lotSecret>;

/** Where a trustee's lot keys lie: a folder (apps/cli) or a browser's database (apps/portal). Nothing in it is readable without the passphrase. */
export abstract class Keystore {
  /**
   * Null only where the lot never had a key here, or had one that was destroyed: a key that cannot be read must never
   * be replaced by a fresh one.
   */
  abstract load(lot: string): Promise<LotSecret | null>;
  /** MUST be durable when it returns: the key is offered, and shares leave, right after it. */
  abstract save(secret: LotSecret): Promise<void>;
  /** Afterwards the key cannot be read any more, as far as a program can see to it. */
  abstract destroy(lot: string): Promise<void>;
  /** Keeps the signed record of a destruction that is about to happen. MUST be durable when it returns. */
  abstract keepStatement(lot: string, bytes: Uint8Array): Promise<void>;
  /** That record's bytes, whether it was filed or not; null where there is none. */
  abstract statement(lot: string): Promise<Uint8Array | null>;
  /** The platform has it. */
  abstract statementFiled(lot: string): Promise<void>;
}
