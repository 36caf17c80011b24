/** A log on a real database and a real blob store, as a process of the platform has it. */
import { randomBytes } from 'node:crypto';
import type { UnitOfWork } from '#persistence';
import type { BlobStore } from '#storage';
import { b64u, edPublicKey, sha256, utf8 } from '#trust';
import { AuditLog } from '../../libs/transparency/src/application/audit-log.ts';
import { ReadLog } from '../../libs/transparency/src/application/read-log.ts';
import { SequenceLog } from '../../libs/transparency/src/application/sequence-log.ts';
import type { LogIdentity } from '../../libs/transparency/src/application/sequence-log.ts';
import { LogStore } from '../../libs/transparency/src/infrastructure/log-store.ts';
import { TileStore } from '../../libs/transparency/src/infrastructure/tile-store.ts';

/** The same in every process of one test run. */
export const testIdentity = (seed: string): LogIdentity => {
  const secret = sha256(utf8.encode(seed));
  return { name: 'log.test/one', secret, publicKey: edPublicKey(secret) };
};

export function openLog(unitOfWork: UnitOfWork, blobs: BlobStore, identity: LogIdentity) {
  const store = new LogStore();
  const tiles = new TileStore(blobs);
  const audit = new AuditLog(unitOfWork, store, tiles, identity);
  const sequence = new SequenceLog(unitOfWork, store, tiles, identity, audit);
  const read = new ReadLog(unitOfWork, store, tiles, sequence, identity);
  const append = async (hash: string) => {
    const leaf = { hash: b64u.decode(hash), blind: new Uint8Array(randomBytes(32)), published: false };
    await unitOfWork.run((tx) => store.append(tx, leaf));
  };
  return { store, tiles, audit, sequence, read, append, identity };
}
export type TestLog = ReturnType<typeof openLog>;

export const randomHash = (): string => b64u.encode(new Uint8Array(randomBytes(32)));
