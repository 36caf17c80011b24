import { IntegrityError } from '#kernel';
import type { UnitOfWork } from '#persistence';
import { b64u, CompactTree, EMPTY_ROOT, equalBytes, leafHash, openCheckpoint, TILE_WIDTH } from '#trust';
import type { Checkpoint, Hash, NoteKey } from '#trust';
import type { LogStore, StoredCheckpoint } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import { eachOf } from './grow-tiles.ts';
import type { LogEntries } from './log-entries.ts';
import { TileFiller } from './tile-filler.ts';
import type { TileObject } from './tile-filler.ts';

/** Leaves held at once. */
const CHUNK = 64 * TILE_WIDTH;

/**
 * Compares everything: leaves in the database, every tile and bundle in the store, every root that was ever signed, and
 * the checkpoint that lies beside the tiles (a database that was set back knows less than it). O(n); at start and hourly.
 */
export class AuditLog {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
    private readonly entries: LogEntries,
    private readonly tiles: TileStore,
    private readonly key: NoteKey,
  ) {}

  /** @throws IntegrityError at the first contradiction; TrustError, BlobNotFoundError say the same. */
  async run(): Promise<void> {
    // First what lies outside: what is signed meanwhile is only larger.
    const published = await this.publishedCheckpoint();
    const last = await this.unitOfWork.run((tx) => this.store.latest(tx), { readOnly: true });
    if (published && published.size > (last?.size ?? 0))
      throw new IntegrityError('the database knows fewer leaves than were published', {
        published: published.size,
        known: last?.size ?? 0,
      });
    if (!last) return;
    this.assertSigned(last);
    await this.replay(last.size, published);
  }

  private async publishedCheckpoint(): Promise<Checkpoint | null> {
    const text = await this.tiles.publishedCheckpoint();
    return text === null ? null : openCheckpoint(text, this.key);
  }

  private assertSigned(last: StoredCheckpoint): void {
    const { size, root } = openCheckpoint(last.text, this.key);
    if (size !== last.size || !equalBytes(root, last.root))
      throw new IntegrityError('a checkpoint says something else than its row', { n: last.n });
  }

  private async replay(size: number, published: Checkpoint | null): Promise<void> {
    const tree = new CompactTree();
    const filler = new TileFiller();
    await this.assertRoots(tree, -1, 0, published);
    for (let from = 0; from < size; from += CHUNK) {
      const until = Math.min(size, from + CHUNK);
      const entries = await this.unitOfWork.run((tx) => this.entries.between(tx, from, until), {
        readOnly: true,
      });
      await eachOf(
        entries.flatMap((entry) => filler.add(entry)),
        (object) => this.assertStored(object),
      );
      await this.assertRoots(tree, from, until, published, entries);
    }
    await eachOf(filler.partial(), (object) => this.assertStored(object));
  }

  private async assertStored({ bytes, ...name }: TileObject): Promise<void> {
    if (!equalBytes(await this.tiles.read(name), bytes))
      throw new IntegrityError('a stored tile differs from its leaves', {
        level: name.level,
        index: name.index,
      });
  }

  /** Every root that was signed for a tree of more than `from` and at most `until` leaves. */
  private async assertRoots(
    tree: CompactTree,
    from: number,
    until: number,
    published: Checkpoint | null,
    entries: readonly Uint8Array[] = [],
  ): Promise<void> {
    const signed = await this.unitOfWork.run((tx) => this.store.signedTrees(tx, from, until), {
      readOnly: true,
    });
    if (published && published.size > from && published.size <= until) signed.push(published);
    const wanted = new Map<number, Hash>();
    for (const { size, root } of signed) {
      const other = wanted.get(size);
      if (other && !equalBytes(other, root))
        throw new IntegrityError('two roots were signed for one size', { size });
      wanted.set(size, root);
    }
    const check = () => {
      const root = wanted.get(tree.size);
      if (root && !equalBytes(root, tree.size === 0 ? EMPTY_ROOT : tree.root()))
        throw new IntegrityError('a signed root is not the root of the leaves', {
          size: tree.size,
          root: b64u.encode(root),
        });
    };
    if (entries.length === 0) check();
    for (const entry of entries) {
      tree.append(leafHash(entry));
      check();
    }
  }
}
