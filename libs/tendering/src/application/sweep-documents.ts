import { Injectable } from '@nestjs/common';
import { addMs, DAY } from '#kernel';
import { UnitOfWork } from '#persistence';
import { BlobStore } from '#storage';
import { NoticeStore } from './notice-store.ts';

const BATCH = 200;

/** Deletes document bytes that no row names: a process died between the bytes and the row. A day is left to slow uploads. */
@Injectable()
export class SweepDocuments {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly blobs: BlobStore,
    private readonly notices: NoticeStore,
  ) {}

  async run(): Promise<void> {
    const before = addMs(await this.unitOfWork.run((tx) => tx.now(), { readOnly: true }), -DAY);
    let batch: string[] = [];
    for await (const blob of this.blobs.list('documents/')) {
      if (blob.storedAt < before) batch.push(blob.key);
      if (batch.length === BATCH) batch = await this.sweep(batch);
    }
    await this.sweep(batch);
  }

  private async sweep(keys: readonly string[]): Promise<string[]> {
    const named = await this.unitOfWork.run((tx) => this.notices.namedKeys(tx, keys), { readOnly: true });
    for (const key of keys.filter((each) => !named.has(each))) await this.blobs.delete(key);
    return [];
  }
}
