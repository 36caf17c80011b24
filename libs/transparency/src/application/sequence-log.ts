import { faultPoint, IntegrityError } from '#kernel';
import type { UnitOfWork } from '#persistence';
import { BlobNotFoundError } from '#storage';
import { checkpointText, EMPTY_ROOT, openCheckpoint, signNote, TILE_WIDTH, TrustError } from '#trust';
import type { Hash, NoteKey, NoteSigner } from '#trust';
import type { StoredBatch } from '../infrastructure/batch-store.ts';
import type { LogStore, StoredCheckpoint } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import type { AuditLog } from './audit-log.ts';
import type { DrawBatch } from './draw-batch.ts';
import { eachOf, edgeOf, rootOfWritten, tilesBetween, tileStart } from './grow-tiles.ts';
import type { LogEntries } from './log-entries.ts';
import type { TileObject } from './tile-filler.ts';

export interface LogIdentity extends NoteSigner, NoteKey {}

/** What the sequencer works with: the rows that decide the tree, and the objects that show it. */
export interface LogParts {
  readonly unitOfWork: UnitOfWork;
  readonly store: LogStore;
  readonly draw: DrawBatch;
  readonly entries: LogEntries;
  readonly tiles: TileStore;
  readonly audit: AuditLog;
}

/**
 * The log's only writer. A round: draw the tick's batch (committed, so that the tree is decided), write the tiles
 * (decided by those rows alone: whoever writes them writes the same bytes), read them back, sign, add the checkpoint by
 * compare-and-swap. Killed anywhere, the next round goes on where the rows say; two at once cannot fork it. Nobody makes
 * it sign between two ticks: that somebody asked would be seen.
 */
export class SequenceLog {
  private running: Promise<unknown> = Promise.resolve();
  private verified = false;
  /** Of the process's own clock: before it nothing is due. */
  private restUntil = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly parts: LogParts,
    private readonly identity: LogIdentity,
  ) {}

  /** Called after each new checkpoint of this process; returns how to stop it. */
  onCheckpoint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * The tick: appends one batch and signs it, once in each period of the log's clock; called more often, it does
   * nothing. @throws IntegrityError when the log stops or has stopped
   */
  async tick(): Promise<void> {
    await this.exclusively(async () => {
      if (this.verified && performance.now() < this.restUntil) return;
      if (this.verified) await this.refuseWhileHalted();
      else await this.verifyFirst();
      while ((await this.stoppingOnFault(() => this.round())) === 'more');
    });
  }

  /** A full comparison of leaves, tiles and checkpoints; stops the log when they differ. @throws IntegrityError */
  async auditNow(): Promise<void> {
    await this.exclusively(() => this.stoppingOnFault(() => this.compareAll()));
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.running.then(work);
    this.running = next.catch(() => undefined);
    return next;
  }

  private async refuseWhileHalted(): Promise<void> {
    const reason = await this.parts.unitOfWork.run((tx) => this.parts.store.halted(tx), { readOnly: true });
    if (reason !== null) throw new IntegrityError('the log is stopped', { reason });
  }

  /** Since this process started nothing has been compared: everything is, and only then a stop is lifted. */
  private async verifyFirst(): Promise<void> {
    await this.stoppingOnFault(() => this.compareAll());
    await this.parts.unitOfWork.run((tx) => this.parts.store.clearHalt(tx));
    this.verified = true;
  }

  private async compareAll(): Promise<void> {
    await this.parts.audit.run();
    const last = await this.parts.unitOfWork.run((tx) => this.parts.store.latest(tx), { readOnly: true });
    if (last) await this.parts.tiles.sweepPartials(last.size);
  }

  /** Corruption stops the log for every process; a database or store that is away does not. */
  private async stoppingOnFault<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const fault = asIntegrityError(error);
      if (!fault) throw error;
      await this.parts.unitOfWork.run((tx) => this.parts.store.halt(tx, fault.message, fault.facts));
      this.verified = false;
      throw fault;
    }
  }

  /** `more`: a batch was signed, here or by another process, and this tick's may still be to come. */
  private async round(): Promise<'done' | 'more'> {
    const { unitOfWork, store, draw } = this.parts;
    const last = await unitOfWork.run((tx) => store.latest(tx), { readOnly: true });
    const signed = { size: last?.size ?? 0, root: last?.root ?? EMPTY_ROOT };
    const { batch, waitMs } = await draw.run(signed.size);
    const rest = performance.now() + (waitMs ?? 0);
    if (batch) {
      const { root, objects } = await this.grow(signed, batch.first + batch.size);
      if (!(await this.sign(last, batch, root))) return 'more';
      await this.afterwards(objects);
    }
    this.restUntil = rest;
    return waitMs === null ? 'more' : 'done';
  }

  private async grow(
    from: { size: number; root: Hash },
    until: number,
  ): Promise<{ root: Hash; objects: readonly TileObject[] }> {
    const { unitOfWork, tiles } = this.parts;
    const read = tiles.memoReader();
    const edge = await edgeOf(from, read);
    const start = tileStart(from.size);
    const entries = await unitOfWork.run((tx) => this.parts.entries.between(tx, start, until), {
      readOnly: true,
    });
    const objects = await tilesBetween(from.size, until, entries, read);
    await faultPoint('transparency.tiles.before-write');
    await eachOf(objects, (object) => tiles.write(object, object.bytes));
    await faultPoint('transparency.tiles.written');
    const root = await rootOfWritten(objects, { size: from.size, edge }, until, tiles);
    await faultPoint('transparency.tiles.verified');
    return { root, objects };
  }

  private async sign(last: StoredCheckpoint | null, batch: StoredBatch, root: Hash): Promise<boolean> {
    const { unitOfWork, store, tiles } = this.parts;
    const size = batch.first + batch.size;
    const origin = this.identity.name;
    const text = signNote(checkpointText({ origin, size, root }), [this.identity]);
    // A fault in the signer must not leave the house.
    openCheckpoint(text, this.identity);
    await faultPoint('transparency.checkpoint.signed');
    const added = await unitOfWork.run(async (tx) => {
      await store.lock(tx);
      const drawnAt = batch.drawnText;
      const won = await store.addCheckpoint(tx, { n: (last?.n ?? 0) + 1, size, root, text, drawnAt });
      if (won) await faultPoint('transparency.checkpoint.before-commit');
      return won;
    });
    if (!added) return false;
    await faultPoint('transparency.checkpoint.committed');
    for (const listener of this.listeners) listener();
    await tiles.publishCheckpoint(text);
    await faultPoint('transparency.checkpoint.published');
    return true;
  }

  private async afterwards(objects: readonly TileObject[]): Promise<void> {
    const { unitOfWork, store, tiles } = this.parts;
    for (const { level, index, width } of objects) {
      if (width !== TILE_WIDTH) continue;
      const widths = await unitOfWork.run(
        (tx) => store.partialWidths(tx, level === 'entries' ? 0 : level, index),
        { readOnly: true },
      );
      await tiles.deletePartials(level, index, widths);
    }
  }
}

/** A tile that is gone, or has another length, is as wrong as one that has other bytes. */
function asIntegrityError(error: unknown): IntegrityError | null {
  if (error instanceof IntegrityError) return error;
  if (error instanceof BlobNotFoundError)
    return new IntegrityError('a tile of the log is missing', { key: error.key });
  if (error instanceof TrustError)
    return new IntegrityError('the log contradicts itself', { code: error.code });
  return null;
}
