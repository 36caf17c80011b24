import type { Request } from 'express';
import type { z } from 'zod';
import { MAX_LIST_BYTES, TrustError, canonicalBytes, parseRecord } from '#trust';
import { openingError } from '../application/refusal.ts';

/**
 * A record that comes as JSON (parsed before, within the JSON limit) or, where it is larger, as its canonical bytes in
 * application/octet-stream. Strict either way; the sender controls every byte.
 * @throws RefusalError OPENING.MALFORMED
 */
export async function readBody<T>(
  request: Request,
  schema: z.ZodType<T>,
  maxBytes = MAX_LIST_BYTES,
): Promise<T> {
  if (!request.is('application/octet-stream')) return readRecord(schema, request.body, maxBytes);
  const bytes = await readAll(request, maxBytes);
  return strictly(() => parseRecord(schema, bytes, maxBytes));
}

/** A record inside of JSON that was parsed before. @throws RefusalError OPENING.MALFORMED */
export const readRecord = <T>(schema: z.ZodType<T>, value: unknown, maxBytes = MAX_LIST_BYTES): T =>
  strictly(() => parseRecord(schema, canonicalBytes(value), maxBytes));

function strictly<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw openingError('OPENING.MALFORMED', { reason: error.code, path: error.facts['path'] ?? null });
  }
}

async function readAll(request: Request, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > maxBytes)
      throw openingError('OPENING.MALFORMED', { reason: 'RECORD.TOO_LARGE', limit: maxBytes });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
