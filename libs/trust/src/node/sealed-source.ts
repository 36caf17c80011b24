import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { LEAF_BYTES, LeafHasher, rootOfLeaves } from '../seal/leaf-tree.ts';

/** A stored ciphertext that can be read from the start more than once: a file, or a blob behind a port. */
export type SealedSource =
  | { readonly file: string }
  | { readonly stream: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> };

export interface SealedReader {
  /** Fills `into` from the front, as far as there is something; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
}

export async function withReader<T>(
  source: SealedSource,
  use: (reader: SealedReader) => Promise<T>,
): Promise<T> {
  if ('stream' in source) return withStream(await source.stream(), use);
  const handle = await open(source.file, 'r');
  try {
    return await use({ read: async (into) => (await handle.read(into, 0, into.length)).bytesRead });
  } finally {
    await handle.close();
  }
}

async function withStream<T>(
  stream: AsyncIterable<Uint8Array>,
  use: (reader: SealedReader) => Promise<T>,
): Promise<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  const read = async (into: Uint8Array): Promise<number> => {
    while (held.length === 0) {
      const next = await iterator.next();
      if (next.done) return 0;
      held = next.value;
    }
    const take = Math.min(held.length, into.length);
    into.set(held.subarray(0, take));
    held = held.subarray(take);
    return take;
  };
  try {
    return await use({ read });
  } finally {
    await iterator.return?.();
  }
}

/** RFC 6962 root over 1 MiB leaves, and the length, of a stored ciphertext. */
export async function rootOfSource(source: SealedSource): Promise<{ root: Uint8Array; length: number }> {
  return withReader(source, async (reader) => {
    const hasher = new LeafHasher(() => createHash('sha256'));
    const buffer = new Uint8Array(LEAF_BYTES);
    let length = 0;
    for (let read = await reader.read(buffer); read > 0; read = await reader.read(buffer)) {
      hasher.update(buffer.subarray(0, read));
      length += read;
    }
    return { root: rootOfLeaves(hasher.finish()), length };
  });
}

export const rootOfFile = (file: string): Promise<{ root: Uint8Array; length: number }> =>
  rootOfSource({ file });
