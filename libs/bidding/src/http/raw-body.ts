import type { Request } from 'express';
import { refuse, RefusalError } from '#kernel';
import type { Sender } from '../application/journal.ts';
import type { Principal } from '#web';
import type { BiddingRefusal } from '../domain/refusals.ts';

const refusal = (error: BiddingRefusal): RefusalError => new RefusalError(error);

/** A JSON body would be parsed, and its bytes lost: what is hashed and signed comes as bytes. */
export function requireBytes(request: Request): void {
  if (!request.is('application/octet-stream'))
    throw refusal(refuse('BIDDING.MEDIA_TYPE', { accepted: 'application/octet-stream' }).error);
}

/** The announced length; null where there is none (chunked). */
export function announcedLength(request: Request): number | null {
  const text = request.headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A whole small body. @throws RefusalError BIDDING.MEDIA_TYPE | TOO_LARGE | EMPTY */
export async function readRecord(request: Request, limit: number): Promise<Uint8Array> {
  requireBytes(request);
  const announced = announcedLength(request);
  if (announced !== null && announced > limit)
    throw refusal(refuse('BIDDING.TOO_LARGE', { limit, actual: announced }).error);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw refusal(refuse('BIDDING.TOO_LARGE', { limit }).error);
    chunks.push(chunk);
  }
  if (length === 0) throw refusal(refuse('BIDDING.EMPTY').error);
  return Buffer.concat(chunks);
}

/** 20号令49: time, network address and person of every step; sealed at once, see Journal. */
export const senderOf = (principal: Principal, request: Request): Sender => ({
  account: principal.personId,
  organisation: principal.organisationId,
  address: request.ip ?? '',
});
