import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { faultPoint, newId } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { BlobStore } from '#storage';
import { b64u } from '#trust';
import type { DocumentRef } from '#trust';
import type { Principal } from '#web';
import { tenderError } from '../domain/refusals.ts';
import { assertAgency, LotSteps } from './lot-steps.ts';
import { NoticeStore } from './notice-store.ts';
import type { StoredDocument } from './notice-store.ts';

/** One document, in bytes; drawings and models come in several. */
export const MAX_DOCUMENT_BYTES = 512 * 1024 * 1024;
const MAX_DOCUMENTS = 200;
const MAX_NAME = 200;
/** No control characters, no lone surrogates, no path separators: the name is shown and offered as a file name. */
const NAME = /^[^\p{Cc}\p{Cs}/\\]+$/u;

/** Passes bytes on and fails at the first one too many: the sender's Content-Length proves nothing. */
function limited(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(tenderError('TENDERING.DOCUMENT_TOO_LARGE', { limit: maxBytes }));
      else done(null, chunk);
    },
  });
}

/** Stores a document for the next notice: bytes first, then the row that names them. */
@Injectable()
export class StoreDocument {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly blobs: BlobStore,
    private readonly notices: NoticeStore,
    private readonly steps: LotSteps,
  ) {}

  async run(
    who: Principal,
    lotId: LotId,
    name: string,
    body: { readonly stream: Readable; readonly announced: number | null },
  ): Promise<DocumentRef> {
    if (!NAME.test(name) || name.length > MAX_NAME || name === '.' || name === '..')
      throw tenderError('TENDERING.DOCUMENT_NAME', { limit: MAX_NAME });
    if (body.announced !== null && body.announced > MAX_DOCUMENT_BYTES)
      throw tenderError('TENDERING.DOCUMENT_TOO_LARGE', { limit: MAX_DOCUMENT_BYTES });
    await this.unitOfWork.run((tx) => this.assertOpen(tx, who, lotId, name), { readOnly: false });
    const document = await this.storeBytes(name, body.stream);
    try {
      const replaced = await this.unitOfWork.run(async (tx) => {
        await this.assertOpen(tx, who, lotId, name);
        return this.notices.putDraft(tx, lotId, document);
      });
      if (replaced) await this.blobs.delete(replaced.key);
    } catch (error) {
      await this.blobs.delete(document.key).catch(() => undefined);
      throw error;
    }
    return { name, size: document.size, sha256: document.sha256 };
  }

  /** Takes a document of the next notice out again; what is published stays. Row first: the sweep finds lost bytes. */
  async remove(who: Principal, lotId: LotId, name: string): Promise<void> {
    const removed = await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      return this.notices.removeDraft(tx, lotId, name);
    });
    if (!removed) throw tenderError('TENDERING.DOCUMENT_UNKNOWN');
    await this.blobs.delete(removed.key);
  }

  private async storeBytes(name: string, stream: Readable): Promise<StoredDocument> {
    const id = newId<'document'>();
    const key = `documents/${id}`;
    const gate = limited(MAX_DOCUMENT_BYTES);
    stream.on('error', (error) => gate.destroy(error));
    stream.on('aborted', () => gate.destroy(new Error('aborted')));
    const stored = await this.blobs.put(key, stream.pipe(gate));
    await faultPoint('tendering.document.stored');
    if (stored.size === 0) {
      await this.blobs.delete(key);
      throw tenderError('TENDERING.DOCUMENT_EMPTY');
    }
    return { id, key, name, size: stored.size, sha256: b64u.encode(stored.sha256) };
  }

  private async assertOpen(tx: Tx, who: Principal, lotId: LotId, name: string): Promise<void> {
    const held = await this.steps.hold(tx, lotId);
    assertAgency(held, who);
    if (held.lot.state === 'cancelled' || held.lot.closed)
      throw tenderError('TENDERING.WRONG_STATE', { state: held.lot.state, event: 'change' });
    const documents = await this.notices.nextDocuments(tx, lotId);
    if (documents.length >= MAX_DOCUMENTS && !documents.some((each) => each.name === name))
      throw tenderError('TENDERING.DOCUMENT_LIMIT', { limit: MAX_DOCUMENTS });
  }
}
