import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Parties } from '#parties';
import { canonicalBytes, MAX_RECORD_BYTES, TrustError, verifySigned } from '#trust';
import type { Certificate, Signed } from '#trust';
import { tenderError } from '../domain/refusals.ts';

/**
 * Reads a record (or a signed one) that came as JSON: strict schema, and a canonical form of at most 64 KiB.
 * @throws RefusalError TENDERING.RECORD_MALFORMED
 */
export function readRecord<T>(schema: z.ZodType<T>, value: unknown, maxBytes = MAX_RECORD_BYTES): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw tenderError('TENDERING.RECORD_MALFORMED', {
      path: (issue?.path.join('.') ?? '').slice(0, 200),
      issue: issue?.code ?? '',
    });
  }
  try {
    const { length } = canonicalBytes(parsed.data);
    if (length > maxBytes)
      throw tenderError('TENDERING.RECORD_MALFORMED', { limit: maxBytes, actual: length });
  } catch (error) {
    if (error instanceof TrustError) throw tenderError('TENDERING.RECORD_MALFORMED', { issue: error.code });
    throw error;
  }
  return parsed.data;
}

/** Judges signatures by enrolled certificates that are valid now. */
@Injectable()
export class Signers {
  constructor(private readonly parties: Parties) {}

  /**
   * The signers' certificates. Call it outside of transactions: it opens its own.
   * @throws RefusalError TENDERING.SIGNATURE_REFUSED
   */
  async of<T>(type: string, signed: Signed<T>): Promise<readonly Certificate[]> {
    const valid = await this.parties.validCertificates(signed.signatures.map(({ signer }) => signer));
    try {
      return verifySigned(type, signed, (fingerprint) => valid.get(fingerprint));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      const signer = error.facts['signer'] ?? null;
      throw tenderError('TENDERING.SIGNATURE_REFUSED', { reason: error.code, signer });
    }
  }
}
