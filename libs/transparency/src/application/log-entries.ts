import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import type { Tx } from '#persistence';
import { dummyEntry } from '#trust';
import { BatchStore } from '../infrastructure/batch-store.ts';
import type { StoredBatch } from '../infrastructure/batch-store.ts';
import { LogStore } from '../infrastructure/log-store.ts';
import type { PlacedLeaf } from '../infrastructure/log-store.ts';
import { DaySeeds } from './day-seeds.ts';
import { entryOf } from './grow-tiles.ts';

/** The log's entries as the rows decide them: records by their leaves, the rest by the seed of their batch. */
@Injectable()
export class LogEntries {
  constructor(
    private readonly leaves: LogStore,
    private readonly batches: BatchStore,
    private readonly seeds: DaySeeds,
  ) {}

  /**
   * Entries `from` (included) to `until` (excluded), in order.
   * @throws IntegrityError when rows are missing: a record's place is never given to a dummy
   */
  async between(tx: Tx, from: number, until: number): Promise<Uint8Array[]> {
    if (from >= until) return [];
    const batches = await this.batches.between(tx, from, until);
    assertAdjoining(batches, from, until);
    // A batch that begins before or ends behind is counted whole, unless it is all records and shows a gap by itself.
    const cut = batches.filter(({ seed }) => seed !== null);
    const first = Math.min(from, ...cut.map((batch) => batch.first));
    const end = Math.max(until, ...cut.map((batch) => batch.first + batch.size));
    const records = new Map((await this.leaves.leaves(tx, first, end)).map((leaf) => [leaf.index, leaf]));
    for (const batch of cut) assertComplete(batch, records);
    return batches.flatMap((batch) => {
      const range = { from: Math.max(from, batch.first), until: Math.min(until, batch.first + batch.size) };
      return this.entriesOf(batch, range, records);
    });
  }

  private entriesOf(
    { seed: number }: StoredBatch,
    { from, until }: { from: number; until: number },
    records: ReadonlyMap<number, PlacedLeaf>,
  ): Uint8Array[] {
    const seed = number === null ? null : this.seeds.seed(number);
    return Array.from({ length: until - from }, (_, at) => {
      const record = records.get(from + at);
      if (record) return entryOf(record);
      if (!seed) throw new IntegrityError('the leaves have a gap', { index: from + at });
      return dummyEntry(seed, from + at);
    });
  }
}

function assertAdjoining(batches: readonly StoredBatch[], from: number, until: number): void {
  let next = batches[0]?.first ?? Infinity;
  for (const { first, size } of batches) {
    if (first !== next) throw new IntegrityError('the batches have a gap', { first, expected: next });
    next = first + size;
  }
  if ((batches[0]?.first ?? Infinity) > from || next < until)
    throw new IntegrityError('the leaves have a gap', { from, until });
}

function assertComplete({ first, size, records }: StoredBatch, known: ReadonlyMap<number, PlacedLeaf>): void {
  let found = 0;
  for (let index = first; index < first + size; index++) if (known.has(index)) found++;
  if (found !== records)
    throw new IntegrityError('a batch has lost or won a leaf', { first, records, found });
}
