import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { IntegrityError, parseInstant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import {
  CHUNK_BYTES,
  HEADER_BYTES,
  SEALED_CHUNK_BYTES,
  bidLabel,
  chunkNonce,
  closeDueAt,
  concat,
  envelopeContext,
  envelopeKey,
  openHeader,
  suiteAead,
} from '#trust';
import type { Commit, EnvelopeName, StageRule } from '#trust';
import { nodeAead } from '#trust/node';
import { Opening } from '../opening.facade.ts';
import type { OpenedBid, OpenedFile, OpeningProgress, OpeningResult } from '../opening.facade.ts';
import type { IndexedFile } from './bid-store.ts';
import { OpeningStores } from './close-lot.ts';
import { LotKeys } from './dealing-keys.ts';
import type { LotMaterial } from './lot-material.ts';
import { SealedEnvelopes } from './sealed-envelopes.ts';

/** The door to evaluation. Everything waits for the published record. */
@Injectable()
export class OpenedBids extends Opening {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly lotKeys: LotKeys,
    private readonly envelopes: SealedEnvelopes,
  ) {
    super();
  }

  async result(lotId: LotId): Promise<OpeningResult | null> {
    return this.unitOfWork.run(async (tx) => {
      const session = await this.stores.sessions.find(tx, lotId);
      if (!session) return null;
      const record = await this.stores.sessions.record(tx, lotId);
      return {
        lotId,
        state: session.state,
        lotKeyHash: session.lotKeyHash,
        record: record?.signed ?? null,
        recordHash: record?.hash ?? null,
        outcomes: (record?.signed.record.bids ?? []).map(({ c, outcome }) => ({ c, outcome })),
      };
    });
  }

  async progress(lotId: LotId): Promise<OpeningProgress | null> {
    return this.unitOfWork.run(async (tx) => {
      const session = await this.stores.sessions.find(tx, lotId);
      if (!session) return null;
      return {
        state: session.state,
        closeDueAt: closeDueAt(session.deadline, session.acceleration),
        releaseAt: session.releaseAt,
        closeHash: (await this.stores.sessions.close(tx, lotId))?.hash ?? null,
        recordHash: (await this.stores.sessions.record(tx, lotId))?.hash ?? null,
      };
    });
  }

  async openedBids(lotId: LotId): Promise<readonly OpenedBid[]> {
    const bids = await this.unitOfWork.run(async (tx) =>
      (await this.stores.sessions.record(tx, lotId)) ? this.stores.bids.list(tx, lotId) : [],
    );
    return bids.flatMap(({ c, arrivedAt, bidder, sheet, outcome }) =>
      outcome === 'opened' && bidder && sheet ? [{ c, arrivedAt: instantOf(arrivedAt), bidder, sheet }] : [],
    );
  }

  async files(lotId: LotId, c: string): Promise<readonly OpenedFile[]> {
    if (!(await this.isOpened(lotId, c))) return [];
    const files = await this.unitOfWork.run((tx) => this.stores.bids.files(tx, lotId, c));
    return files.map(({ e, path, size, hash }) => ({ e, path, size, hash }));
  }

  async fileStream(lotId: LotId, c: string, e: EnvelopeName, path: string): Promise<Readable | null> {
    if (!(await this.isOpened(lotId, c))) return null;
    const file = await this.unitOfWork.run((tx) => this.stores.bids.file(tx, lotId, c, e, path));
    if (!file) return null;
    const material = await this.lotKeys.materials.of(lotId);
    const commit = material.bids.find((bid) => bid.c === c)?.commit;
    const rule = material.lotKey.stages.find(({ envelopes }) => envelopes.includes(e));
    if (!commit || !rule) throw new IntegrityError('an opened file has no envelope', { c, e });
    return Readable.from(this.plaintext(material, { c, commit, rule }, file), { objectMode: false });
  }

  private async isOpened(lotId: LotId, c: string): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      if (!(await this.stores.sessions.record(tx, lotId))) return false;
      return (await this.stores.bids.find(tx, lotId, c))?.outcome === 'opened';
    });
  }

  /** The chunks that hold the file, decrypted one by one as the reader asks for them. */
  private async *plaintext(
    material: LotMaterial,
    { c, commit, rule }: { readonly c: string; readonly commit: Commit; readonly rule: StageRule },
    { e, position, size }: IndexedFile,
  ): AsyncGenerator<Uint8Array> {
    const keys = await this.lotKeys.keys.of(material, [{ c, commit }], rule.stage, rule.audience);
    const K = keys.get(c);
    if (!K) throw new IntegrityError('an opened envelope has no key', { c, e });
    const read = (range: { start: number; end?: number }) => this.envelopes.stream(c, e, range);
    const header = await collect(await read({ start: 0, end: HEADER_BYTES }));
    const label = bidLabel(commit, rule.stage, rule.audience);
    const { suite } = commit;
    const cipher = openHeader(envelopeKey(K, e, suite), header, envelopeContext(label, e), suite);
    const aead = await suiteAead(suite, cipher.key, nodeAead);
    let counter = Math.floor(position / CHUNK_BYTES);
    let skip = position - counter * CHUNK_BYTES;
    let left = size;
    const start = HEADER_BYTES + counter * SEALED_CHUNK_BYTES;
    for await (const sealed of chunksOf(await read({ start }), SEALED_CHUNK_BYTES)) {
      if (left === 0) return;
      const plain = await aead.open(chunkNonce(cipher.baseNonce, counter), sealed);
      const piece = plain.subarray(skip, skip + left);
      if (piece.length > 0) yield piece;
      left -= piece.length;
      skip = 0;
      counter += 1;
    }
    if (left > 0) throw new IntegrityError('an opened envelope became shorter', { c, e });
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return concat(...pieces);
}

/** Cuts a stream into pieces of `size`; the last one is shorter. */
async function* chunksOf(stream: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of stream) {
    held = held.length === 0 ? piece : concat(held, piece);
    let at = 0;
    for (; at + size <= held.length; at += size) yield held.subarray(at, at + size);
    held = held.subarray(at);
  }
  if (held.length > 0) yield held;
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new IntegrityError('a stored record holds no instant', { text });
  return at;
}
