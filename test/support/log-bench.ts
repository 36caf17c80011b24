/** A log on a real database and a real blob store, as a process of the platform has it. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY } from '#kernel';
import type { UnitOfWork } from '#persistence';
import type { BlobStore } from '#storage';
import { b64u, edPublicKey, sha256, utf8 } from '#trust';
import { AuditLog } from '../../libs/transparency/src/application/audit-log.ts';
import { DaySeeds } from '../../libs/transparency/src/application/day-seeds.ts';
import { DrawBatch } from '../../libs/transparency/src/application/draw-batch.ts';
import type { LogClock } from '../../libs/transparency/src/application/draw-batch.ts';
import { LogEntries } from '../../libs/transparency/src/application/log-entries.ts';
import { ReadLog } from '../../libs/transparency/src/application/read-log.ts';
import { SequenceLog } from '../../libs/transparency/src/application/sequence-log.ts';
import type { LogIdentity } from '../../libs/transparency/src/application/sequence-log.ts';
import { fixedBatch } from '../../libs/transparency/src/application/batch-layout.ts';
import { BatchStore } from '../../libs/transparency/src/infrastructure/batch-store.ts';
import { LogStore } from '../../libs/transparency/src/infrastructure/log-store.ts';
import { TileStore } from '../../libs/transparency/src/infrastructure/tile-store.ts';

/** The same in every process of one test run. */
export const testIdentity = (seed: string): LogIdentity => {
  const secret = sha256(utf8.encode(seed));
  return { name: 'log.test/one', secret, publicKey: edPublicKey(secret) };
};

/** A tick whenever one is asked for, and so many leaves on each that few tests fill it. */
export const EVERY_MS: LogClock = { tickMs: 1, dayMs: DAY, layout: fixedBatch(64) };

export function openLog(
  unitOfWork: UnitOfWork,
  blobs: BlobStore,
  identity: LogIdentity,
  clock: LogClock = EVERY_MS,
) {
  const store = new LogStore();
  const batches = new BatchStore();
  const tiles = new TileStore(blobs);
  const seeds = new DaySeeds(identity.name, identity.secret);
  const entries = new LogEntries(store, batches, seeds);
  const audit = new AuditLog(unitOfWork, store, entries, tiles, identity);
  const draw = new DrawBatch(unitOfWork, store, batches, seeds, clock);
  const sequence = new SequenceLog({ unitOfWork, store, draw, entries, tiles, audit }, identity);
  const read = new ReadLog(unitOfWork, store, tiles, sequence, identity);
  const append = async (hash: string) => {
    const leaf = { hash: b64u.decode(hash), blind: new Uint8Array(randomBytes(32)), published: false };
    await unitOfWork.run((tx) => store.append(tx, leaf));
  };
  /** Ticks until nothing waits. */
  const settle = async () => {
    do {
      await sequence.tick();
      await sleep(2);
    } while ((await unitOfWork.run((tx) => store.oldestWaiting(tx))) !== null);
  };
  return { store, batches, seeds, entries, tiles, audit, sequence, read, append, settle, identity };
}
export type TestLog = ReturnType<typeof openLog>;

export const randomHash = (): string => b64u.encode(new Uint8Array(randomBytes(32)));
