import { TrustError } from '../encoding/trust-error.ts';
import { foldNodes, nodeHash, rangeNodes } from './merkle.ts';
import type { Hash } from './merkle.ts';

/** An append-only tree that remembers only its complete subtrees, at most one per level, left to right. */
export class CompactTree {
  #size: number;
  readonly #nodes: Hash[];

  /** Continues a tree from its {@link nodes}. @throws TrustError LOG.RANGE when they do not fit the size */
  constructor(size = 0, nodes: readonly Hash[] = []) {
    if (nodes.length !== rangeNodes({ from: 0, until: size }).length)
      throw new TrustError('LOG.RANGE', { size });
    this.#size = size;
    this.#nodes = [...nodes];
  }

  get size(): number {
    return this.#size;
  }

  /** One hash per one-bit of the size, the largest subtree first. */
  get nodes(): readonly Hash[] {
    return [...this.#nodes];
  }

  /** Adds a leaf hash at the end and joins the subtrees that it completes, as a binary counter carries. */
  append(leaf: Hash): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      hash = nodeHash(this.#nodes.pop() as Hash, hash);
    this.#nodes.push(hash);
    this.#size++;
  }

  root(): Hash {
    return foldNodes(this.#nodes);
  }
}
