import fc from 'fast-check';
import { concat, uint } from '../encoding/bytes.ts';
import { CompactTree } from './compact-tree.ts';
import { EMPTY_ROOT, leafHash, merkleRoot, verifyConsistency, verifyInclusion } from './merkle.ts';
import type { Hash } from './merkle.ts';
import {
  TILE_WIDTH,
  consistencyProofFromTiles,
  decodeEntries,
  encodeEntries,
  entriesPath,
  inclusionProofFromTiles,
  newTiles,
  nodesFromTiles,
  parseTilePath,
  rootFromTiles,
  tileHashes,
  tilePath,
} from './tiles.ts';
import type { Tile } from './tiles.ts';

const refusal = (code: string) => expect.objectContaining({ code });

const SIZE = 70_000;
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(uint(i, 4)));

/** A store as a log keeps it: every tile of every size that had a checkpoint, higher levels from full tiles below. */
function tilesOf(...sizes: readonly number[]): Map<string, Uint8Array> {
  const store = new Map<string, Uint8Array>();
  let before = 0;
  for (const size of sizes) {
    for (const tile of newTiles(before, size)) {
      const first = tile.index * TILE_WIDTH;
      const hashes = Array.from({ length: tile.width }, (_, i) => {
        if (tile.level === 0) return leaves[first + i] as Hash;
        const below = { level: tile.level - 1, index: first + i, width: TILE_WIDTH };
        return merkleRoot(tileHashes(below, store.get(tilePath(below)) as Uint8Array));
      });
      store.set(tilePath(tile), concat(...hashes));
    }
    before = size;
  }
  return store;
}

const store = tilesOf(3, 256, 300, 65_536, SIZE);
const read = async (tile: Tile): Promise<Uint8Array> => store.get(tilePath(tile)) as Uint8Array;

function rootsAt(...sizes: readonly number[]): Map<number, Hash> {
  const tree = new CompactTree();
  const roots = new Map<number, Hash>();
  for (const leaf of leaves) {
    if (sizes.includes(tree.size)) roots.set(tree.size, tree.root());
    tree.append(leaf);
  }
  return roots.set(tree.size, tree.root());
}
const roots = rootsAt(0, 3, 256, 300, 65_536);

test('paths are those of the specification', () => {
  expect(tilePath({ level: 1, index: 1_234_067, width: 256 })).toBe('tile/1/x001/x234/067');
  expect(tilePath({ level: 0, index: 273, width: 112 })).toBe('tile/0/273.p/112');
  expect(entriesPath({ index: 0, width: 1 })).toBe('tile/entries/000.p/1');
  expect(entriesPath({ index: 1000, width: 256 })).toBe('tile/entries/x001/000');
});

test('a path is read back, and no other spelling is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 63 }),
      fc.nat(5_000_000_00),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
        expect(parseTilePath(entriesPath({ index, width }))).toEqual({ level: 'entries', index, width });
      },
    ),
  );
});

test.each([
  'tile/64/000',
  'tile/00/000',
  'tile/0/0',
  'tile/0/x000/001',
  'tile/0/001/002',
  'tile/0/x001',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/257',
  'tile/0/000.p/01',
  'tile/0/000.p/',
  'tile/0/000/',
  '/tile/0/000',
  'tile/entry/000',
  'tile/0/000\n',
  'tile/-1/000',
  'tile/0/../000',
  'checkpoint',
  '',
])('refuses the path %j', (path) => expect(parseTilePath(path)).toBeNull());

test('a tree of 70,000 has the tiles that the specification counts', () => {
  const count = (level: number, full: boolean) =>
    newTiles(0, SIZE).filter((tile) => tile.level === level && (tile.width === TILE_WIDTH) === full);
  expect([count(0, true).length, count(1, true).length, count(2, true).length]).toEqual([273, 1, 0]);
  expect([0, 1, 2].map((level) => count(level, false).map(({ width }) => width))).toEqual([[112], [17], [1]]);
  expect(newTiles(0, 256)).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
});

test('growth names exactly the tiles that were not there before', () => {
  fc.assert(
    fc.property(fc.nat(SIZE), fc.nat(1000), (size1, more) => {
      const names = (tiles: readonly Tile[]) => tiles.map(tilePath);
      const before = new Set(names(newTiles(0, size1)));
      const after = names(newTiles(0, size1 + more));
      expect(names(newTiles(size1, size1 + more))).toEqual(after.filter((path) => !before.has(path)));
    }),
  );
});

test.each([0, 3, 256, 300, 65_536, SIZE])('the root of %i leaves follows from the tiles', async (size) => {
  expect(await rootFromTiles(size, read)).toEqual(roots.get(size) ?? EMPTY_ROOT);
  expect(new CompactTree(size, await nodesFromTiles(size, read)).root()).toEqual(roots.get(size));
});

test.each([
  [0, 3],
  [2, 3],
  [255, 256],
  [256, 300],
  [299, 300],
  [0, 65_536],
  [65_535, 65_536],
  [65_536, SIZE],
  [SIZE - 1, SIZE],
  [12_345, SIZE],
])('leaf %i of %i is proved from the tiles', async (index, size) => {
  const proof = await inclusionProofFromTiles(index, size, read);
  expect(
    verifyInclusion({ index, size, leaf: leaves[index] as Hash, proof, root: roots.get(size) as Hash }),
  ).toBe(true);
});

test.each([
  [3, 256],
  [3, 300],
  [256, 300],
  [300, 65_536],
  [256, SIZE],
  [65_536, SIZE],
  [300, SIZE],
  [SIZE, SIZE],
])('growth from %i to %i is proved from the tiles', async (size1, size2) => {
  const proof = await consistencyProofFromTiles(size1, size2, read);
  const claim = { size1, size2, root1: roots.get(size1) as Hash, root2: roots.get(size2) as Hash, proof };
  expect(verifyConsistency(claim)).toBe(true);
});

test('a tile of the wrong length, or a flipped bit in one, does not go unseen', async () => {
  await expect(rootFromTiles(300, async (tile) => (await read(tile)).slice(1))).rejects.toThrow(
    refusal('LOG.TILE'),
  );
  const flipped = async (tile: Tile) => (await read(tile)).map((byte, i) => (i === 40 ? byte ^ 1 : byte));
  expect(await rootFromTiles(300, flipped)).not.toEqual(roots.get(300));
});

test('entry bundles return their entries', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
      expect(decodeEntries(encodeEntries(entries), entries.length)).toEqual(entries);
    }),
  );
  const full = new Uint8Array(0xffff);
  expect(decodeEntries(encodeEntries([full]), 1)).toEqual([full]);
  expect(() => encodeEntries([new Uint8Array(0x10000)])).toThrow(refusal('LOG.TILE'));
});

test.each([
  ['a length cut off', [0], 1],
  ['an entry cut off', [0, 2, 9], 1],
  ['an entry too many', [0, 0, 0, 0], 1],
  ['an entry too few', [0, 0], 2],
  ['half a length at the end', [0, 0, 1], 2],
])('refuses a bundle with %s', (_, bytes, width) => {
  expect(() => decodeEntries(Uint8Array.from(bytes), width)).toThrow(refusal('LOG.TILE'));
});
