import { DerError, DerReader, readDer } from './der.ts';
import { element } from './der-writer.ts';

/** Test material: DER taken apart, changed at one place and put together again with lengths that fit. */
export interface DerTree {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Null for a primitive, also for one that holds no DER inside. */
  readonly members: readonly DerTree[] | null;
}

const OCTET_STRING = 0x04;

export function treeOf(bytes: Uint8Array): DerTree {
  const { tag, content } = readDer(bytes);
  const constructed = (tag & 0x20) !== 0;
  // Extension values are DER inside of an OCTET STRING.
  const members = constructed || tag === OCTET_STRING ? membersOf(content) : null;
  if (members === null && constructed) throw new DerError('members');
  return { tag, content, members };
}

function membersOf(content: Uint8Array): readonly DerTree[] | null {
  try {
    return new DerReader(content).rest().map(({ bytes }) => treeOf(bytes));
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

export const bytesOf = ({ tag, content, members }: DerTree): Uint8Array =>
  element(tag, ...(members === null ? [content] : members.map(bytesOf)));

/** How many places a tree has. */
export const sizeOf = ({ members }: DerTree): number =>
  (members ?? []).reduce((sum, each) => sum + sizeOf(each), 1);

export type Mutation = 'delete' | 'repeat' | 'retag' | 'flip' | 'empty' | 'lengthen' | 'swap';
export const MUTATIONS: readonly Mutation[] = [
  'delete',
  'repeat',
  'retag',
  'flip',
  'empty',
  'lengthen',
  'swap',
];

/** What stands in the place of one element; `by` chooses a tag, a byte, a bit. */
function changed(tree: DerTree, how: Mutation, by: number): readonly DerTree[] {
  const { content } = tree;
  const flat = (bytes: Uint8Array): DerTree => ({ ...tree, content: bytes, members: null });
  switch (how) {
    case 'delete':
      return [];
    case 'repeat':
      return [tree, tree];
    case 'retag':
      return [{ ...tree, tag: [0x02, 0x04, 0x0c, 0x13, 0x30, 0x31, 0x80, 0xa0, 0xa3][by % 9] ?? 0x05 }];
    case 'flip': {
      const bytes = content.slice();
      const at = by % Math.max(1, bytes.length);
      if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << (by % 8));
      return [flat(bytes)];
    }
    case 'empty':
      return [flat(new Uint8Array())];
    case 'lengthen':
      return [flat(new Uint8Array([...content, by & 0xff]))];
    case 'swap':
      return tree.members === null ? [tree] : [{ ...tree, members: tree.members.toReversed() }];
  }
}

/** The tree with its element number `at` (in reading order, 0 is the whole) changed. */
export function mutate(tree: DerTree, at: number, how: Mutation, by: number): DerTree {
  let seen = 0;
  const walk = (each: DerTree): readonly DerTree[] => {
    const own = seen++;
    if (own === at) {
      seen += sizeOf(each) - 1;
      return changed(each, how, by);
    }
    return [each.members === null ? each : { ...each, members: each.members.flatMap(walk) }];
  };
  return walk(tree)[0] ?? tree;
}
