import { faultPoint, IntegrityError } from '#kernel';
import type { UnitOfWork } from '#persistence';
import { BlobNotFoundError } from '#storage';
import { checkpointText, EMPTY_ROOT, openCheckpoint, signNote, TILE_WIDTH, TrustError } from '#trust';
import type { Hash, NoteKey, NoteSigner } from '#trust';
import type { Assignment, LogStore, StoredCheckpoint } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import type { AuditLog } from './audit-log.ts';
import { eachOf, edgeOf, rootOfWritten, tilesBetween, tileStart } from './grow-tiles.ts';
import type { TileObject } from './tile-filler.ts';

/** Leaves in one round: bounds memory; the next round follows at once. */
const ROUND = 16_384;

export interface LogIdentity extends NoteSigner, NoteKey {}

/**
 * The log's only writer. A round: give waiting leaves indexes (committed, so that the tree is decided), write the tiles
 * (decided by those rows alone: whoever writes them writes the same bytes), read them back, sign, add the checkpoint by
 * compare-and-swap. Killed anywhere, the next round goes on where the rows say; two at once cannot fork it.
 */
export class SequenceLog {
  private running: Promise<unknown> = Promise.resolve();
  private verified = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
    private readonly tiles: TileStore,
    private readonly identity: LogIdentity,
    private readonly audit: AuditLog,
  ) {}

  /** Called after each new checkpoint of this process; returns how to stop it. */
  onCheckpoint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The tick: signs what waits, if anything does. @throws IntegrityError when the log stops or has stopped */
  async tick(): Promise<void> {
    await this.exclusively(async () => {
      const idle =
        this.verified && (await this.unitOfWork.run((tx) => this.store.isIdle(tx), { readOnly: true }));
      if (!idle) await this.rounds(false);
    });
  }

  /** Signs a checkpoint now, with or without new leaves. @throws IntegrityError */
  async checkpointNow(): Promise<void> {
    await this.exclusively(() => this.rounds(true));
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

  private async rounds(wanted: boolean): Promise<void> {
    if (this.verified) await this.refuseWhileHalted();
    else await this.verifyFirst();
    // `lost`: another process signed first, and what it signed may lack what was asked for. `more`: leaves still wait.
    while ((await this.stoppingOnFault(() => this.round(wanted))) !== 'done');
  }

  private async refuseWhileHalted(): Promise<void> {
    const reason = await this.unitOfWork.run((tx) => this.store.halted(tx), { readOnly: true });
    if (reason !== null) throw new IntegrityError('the log is stopped', { reason });
  }

  /** Since this process started nothing has been compared: everything is, and only then a stop is lifted. */
  private async verifyFirst(): Promise<void> {
    await this.stoppingOnFault(() => this.compareAll());
    await this.unitOfWork.run((tx) => this.store.clearHalt(tx));
    this.verified = true;
  }

  private async compareAll(): Promise<void> {
    await this.audit.run();
    const last = await this.unitOfWork.run((tx) => this.store.latest(tx), { readOnly: true });
    if (last) await this.tiles.sweepPartials(last.size);
  }

  /** Corruption stops the log for every process; a database or store that is away does not. */
  private async stoppingOnFault<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const fault = asIntegrityError(error);
      if (!fault) throw error;
      await this.unitOfWork.run((tx) => this.store.halt(tx, fault.message, fault.facts));
      this.verified = false;
      throw fault;
    }
  }

  private async round(sign: boolean): Promise<'done' | 'more' | 'lost'> {
    const last = await this.unitOfWork.run((tx) => this.store.latest(tx), { readOnly: true });
    const next = await this.assign();
    const signed = { size: last?.size ?? 0, root: last?.root ?? EMPTY_ROOT };
    if (next.size < signed.size)
      throw new IntegrityError('fewer leaves than were signed', { size: next.size, signed: signed.size });
    if (last && next.size === signed.size && !sign) return 'done';
    const { root, objects } = await this.grow(signed, next.size);
    if (!(await this.sign(last, next, root))) return 'lost';
    await this.afterwards(objects);
    return next.coversUntil === null ? 'more' : 'done';
  }

  /** In one short transaction: every leaf that waits gets an index, in the order of arrival. */
  private async assign(): Promise<Assignment> {
    const assignment = await this.unitOfWork.run(async (tx) => {
      await this.store.lock(tx);
      const { hashes, readAt } = await this.store.waiting(tx, ROUND);
      const from = await this.store.placedCount(tx);
      const placed = hashes.length === 0 ? 0 : await this.store.place(tx, from, hashes);
      if (placed !== hashes.length)
        throw new IntegrityError('a leaf took no index', { waiting: hashes.length, placed });
      if (placed > 0) await faultPoint('transparency.leaves.before-commit');
      return { size: from + placed, coversUntil: placed < ROUND ? readAt : null, placed };
    });
    if (assignment.placed > 0) await faultPoint('transparency.leaves.committed');
    return assignment;
  }

  private async grow(
    from: { size: number; root: Hash },
    until: number,
  ): Promise<{ root: Hash; objects: readonly TileObject[] }> {
    const read = this.tiles.memoReader();
    const edge = await edgeOf(from, read);
    if (until === from.size) return { root: from.root, objects: [] };
    const leaves = await this.unitOfWork.run((tx) => this.store.leaves(tx, tileStart(from.size), until), {
      readOnly: true,
    });
    const objects = await tilesBetween(from.size, until, leaves, read);
    await faultPoint('transparency.tiles.before-write');
    await eachOf(objects, (object) => this.tiles.write(object, object.bytes));
    await faultPoint('transparency.tiles.written');
    const root = await rootOfWritten(objects, { size: from.size, edge }, until, this.tiles);
    await faultPoint('transparency.tiles.verified');
    return { root, objects };
  }

  private async sign(last: StoredCheckpoint | null, next: Assignment, root: Hash): Promise<boolean> {
    const origin = this.identity.name;
    const text = signNote(checkpointText({ origin, size: next.size, root }), [this.identity]);
    // A fault in the signer must not leave the house.
    openCheckpoint(text, this.identity);
    await faultPoint('transparency.checkpoint.signed');
    const added = await this.unitOfWork.run(async (tx) => {
      await this.store.lock(tx);
      const { size, coversUntil } = next;
      const won = await this.store.addCheckpoint(tx, {
        n: (last?.n ?? 0) + 1,
        size,
        root,
        text,
        coversUntil,
      });
      if (won) await faultPoint('transparency.checkpoint.before-commit');
      return won;
    });
    if (!added) return false;
    await faultPoint('transparency.checkpoint.committed');
    for (const listener of this.listeners) listener();
    await this.tiles.publishCheckpoint(text);
    await faultPoint('transparency.checkpoint.published');
    return true;
  }

  private async afterwards(objects: readonly TileObject[]): Promise<void> {
    for (const { level, index, width } of objects) {
      if (width !== TILE_WIDTH) continue;
      const widths = await this.unitOfWork.run(
        (tx) => this.store.partialWidths(tx, level === 'entries' ? 0 : level, index),
        { readOnly: true },
      );
      await this.tiles.deletePartials(level, index, widths);
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
