import { setTimeout as sleep } from 'node:timers/promises';
import { IntegrityError, StorageUnavailableError } from '#kernel';
import type { Instant } from '#kernel';
import type { Tx, UnitOfWork } from '#persistence';
import {
  b64u,
  consistencyProofFromTiles,
  inclusionProofFromTiles,
  leafHash,
  nodesFromTiles,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '#trust';
import type { Hash, LogReceipt, NoteKey, Tile, TileReader, WitnessTerms } from '#trust';
import { CosignatureStore } from '../infrastructure/cosignature-store.ts';
import type { LogStore, PlacedLeaf, StoredCheckpoint } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import { entryOf } from './grow-tiles.ts';
import type { SequenceLog } from './sequence-log.ts';

/** Tiles kept in memory, 8 KiB each: signed ones never change. */
const KEPT_TILES = 512;
/** How often the database is asked on behalf of everyone who waits; a checkpoint of this process is heard at once. */
const POLL_MS = 100;
/** How long evidence waits for its newest record: some ticks, also where more waits than a tick takes. */
const PATIENCE_MS = 60_000;
/** How long evidence waits for the witnesses to stand behind its newest record. */
const WITNESS_PATIENCE_MS = 20_000;

const signedTree = ({ size, root }: StoredCheckpoint) => ({ size, root });

/** Receipts and proofs, out of signed trees only. Every proof is verified before it leaves. */
export class ReadLog {
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  private readonly waiting = new Map<string, Set<() => void>>();
  private polling = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
    private readonly tiles: TileStore,
    sequence: SequenceLog,
    private readonly key: NoteKey,
    private readonly cosignatures = new CosignatureStore(),
  ) {
    sequence.onCheckpoint(() => void this.poll());
  }

  async receipt(hash: string, terms?: WitnessTerms): Promise<LogReceipt | null> {
    const found = await this.unitOfWork.run(
      async (tx) => {
        const [leaf] = await this.store.placed(tx, [b64u.decode(hash)]);
        const first = leaf && (await this.store.firstCovering(tx, leaf.index));
        const checkpoint = first && (await this.fromHereOn(tx, first, terms));
        return leaf && checkpoint ? { leaf, checkpoint } : null;
      },
      { readOnly: true },
    );
    if (!found) return null;
    const { leaf, checkpoint } = found;
    return {
      type: 'receipt-log',
      subject: hash,
      blind: b64u.encode(leaf.blind),
      index: leaf.index,
      checkpoint: checkpoint.text,
      proof: await this.inclusion(leaf, signedTree(checkpoint)),
    };
  }

  async isPublished(hash: string): Promise<boolean> {
    return await this.unitOfWork.run((tx) => this.store.isPublished(tx, b64u.decode(hash)), {
      readOnly: true,
    });
  }

  /** The audit path of a leaf in a signed tree, base64url. @throws IntegrityError when the tiles do not give one */
  async inclusion(leaf: PlacedLeaf, tree: { size: number; root: Hash }): Promise<string[]> {
    const proof = await inclusionProofFromTiles(leaf.index, tree.size, this.reader());
    const holds = verifyInclusion({ ...tree, index: leaf.index, leaf: leafHash(entryOf(leaf)), proof });
    if (!holds) {
      this.kept.clear();
      throw new IntegrityError('the tiles give no inclusion proof', { index: leaf.index });
    }
    return proof.map(b64u.encode);
  }

  /**
   * That the tree of a checkpoint which this log signed is the beginning of `tree`; empty for size 0 and equal sizes.
   * @throws IntegrityError when it is not; TrustError when the text is no checkpoint of this log
   */
  async consistency(text: string, tree: { size: number; root: Hash }): Promise<string[]> {
    const { size, root } = openCheckpoint(text, this.key);
    if (size === 0) return [];
    if (size > tree.size) throw new IntegrityError('a checkpoint is larger than the log', { size });
    const proof = await this.consistencyOf(size, tree);
    const claim = {
      size1: size,
      root1: root,
      size2: tree.size,
      root2: tree.root,
      proof: proof.map(b64u.decode),
    };
    if (!verifyConsistency(claim)) throw new IntegrityError('a signed checkpoint is inconsistent', { size });
    return proof;
  }

  /** The complete subtrees of the tree of the first `size` leaves, which was signed once. */
  async nodes(size: number): Promise<Hash[]> {
    return await nodesFromTiles(size, this.reader());
  }

  /** RFC 6962 consistency of the first `size` leaves with `tree`, base64url; empty for equal sizes. */
  async consistencyOf(size: number, tree: { size: number }): Promise<string[]> {
    const proof = await consistencyProofFromTiles(size, tree.size, this.reader());
    return proof.map(b64u.encode);
  }

  /** This checkpoint, or the first after it, with the quorum that the terms ask for; null while there is none. */
  async cosignedFrom(first: StoredCheckpoint, terms: WitnessTerms): Promise<StoredCheckpoint | null> {
    return await this.unitOfWork.run((tx) => this.fromHereOn(tx, first, terms), { readOnly: true });
  }

  private fromHereOn(
    tx: Tx,
    first: StoredCheckpoint,
    terms: WitnessTerms | undefined,
  ): Promise<StoredCheckpoint | null> {
    if (!terms || terms.q === 0) return Promise.resolve(first);
    return this.cosignatures.firstFrom(tx, first.n, terms);
  }

  /** The newest checkpoint with the quorum; of q = 0 the newest of all. */
  async newest(terms: WitnessTerms): Promise<StoredCheckpoint | null> {
    if (terms.q === 0) return this.latest();
    return await this.unitOfWork.run((tx) => this.cosignatures.newest(tx, terms), { readOnly: true });
  }

  /**
   * The newest checkpoint with the quorum, once it has more than `above` leaves.
   * @throws StorageUnavailableError when the witnesses take longer than a few rounds
   */
  async awaitNewest(terms: WitnessTerms, above: number): Promise<StoredCheckpoint> {
    const until = performance.now() + WITNESS_PATIENCE_MS;
    for (;;) {
      const found = await this.newest(terms);
      if (found && found.size > above) return found;
      if (performance.now() > until)
        throw new StorageUnavailableError(
          'database',
          'the witnesses have not cosigned the newest records yet',
        );
      await sleep(POLL_MS);
    }
  }

  async latest(): Promise<StoredCheckpoint | null> {
    return await this.unitOfWork.run((tx) => this.store.latest(tx), { readOnly: true });
  }

  /** Leaves that a signed checkpoint covers, by hash. */
  async leaves(hashes: readonly string[]): Promise<Map<string, PlacedLeaf>> {
    const rows = await this.unitOfWork.run(
      async (tx) => {
        const size = (await this.store.latest(tx))?.size ?? 0;
        const placed = await this.store.placed(tx, hashes.map(b64u.decode));
        return placed.filter(({ index }) => index < size);
      },
      { readOnly: true },
    );
    return new Map(rows.map((leaf) => [b64u.encode(leaf.hash), leaf]));
  }

  /** {@link Transparency.checkpointAtOrAfter} */
  async checkpointAtOrAfter(at: Instant, hashes: readonly string[]): Promise<StoredCheckpoint | null> {
    return await this.unitOfWork.run(
      async (tx) => {
        const placed = await this.store.placed(tx, hashes.map(b64u.decode));
        if (placed.length < new Set(hashes).size) return null;
        return this.store.firstDrawnAfter(tx, at, Math.max(-1, ...placed.map(({ index }) => index)));
      },
      { readOnly: true },
    );
  }

  /**
   * Waits until a signed checkpoint covers all of them that were ever appended.
   * @throws StorageUnavailableError when the log takes longer than any backlog should
   */
  async awaitLeaves(hashes: readonly string[]): Promise<void> {
    const known = await this.unitOfWork.run((tx) => this.store.known(tx, hashes.map(b64u.decode)), {
      readOnly: true,
    });
    const until = performance.now() + PATIENCE_MS;
    for (const hash of known.map(b64u.encode))
      if (!(await this.waitFor(hash, until - performance.now())))
        throw new StorageUnavailableError('database', 'a record waits for its place in the log');
  }

  /** Null after `timeoutMs`. One query asks for everyone who waits. */
  async waitFor(hash: string, timeoutMs: number): Promise<LogReceipt | null> {
    const first = await this.receipt(hash);
    if (first || timeoutMs <= 0) return first;
    const stop = new AbortController();
    const covered = new Promise<void>((resolve) => {
      const waiters = this.waiting.get(hash) ?? new Set();
      this.waiting.set(hash, waiters.add(resolve));
      stop.signal.addEventListener('abort', () => {
        waiters.delete(resolve);
        if (waiters.size === 0 && this.waiting.get(hash) === waiters) this.waiting.delete(hash);
      });
    });
    void this.pollWhileWaited();
    await Promise.race([
      covered,
      sleep(timeoutMs, undefined, { signal: stop.signal }).catch(() => undefined),
    ]);
    stop.abort();
    return await this.receipt(hash);
  }

  private async pollWhileWaited(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    try {
      while (this.waiting.size > 0) {
        await sleep(POLL_MS);
        await this.poll();
      }
    } finally {
      this.polling = false;
    }
  }

  /** A database that is away wakes nobody: the waiters' own time runs out, and their own read says why. */
  private async poll(): Promise<void> {
    const hashes = [...this.waiting.keys()];
    if (hashes.length === 0) return;
    const found = await this.leaves(hashes).catch(() => new Map<string, PlacedLeaf>());
    for (const hash of found.keys()) {
      for (const wake of this.waiting.get(hash) ?? []) wake();
      this.waiting.delete(hash);
    }
  }

  /** Signed tiles never change, so the most recently used are kept. A read that failed is not. */
  private reader(): TileReader {
    return (tile: Tile) => {
      const key = `${tile.level}/${tile.index}/${tile.width}`;
      const bytes = this.kept.get(key) ?? this.tiles.read(tile);
      this.kept.delete(key);
      this.kept.set(key, bytes);
      bytes.catch(() => this.kept.delete(key));
      const [oldest] = this.kept.keys();
      if (this.kept.size > KEPT_TILES && oldest !== undefined) this.kept.delete(oldest);
      return bytes;
    };
  }
}
