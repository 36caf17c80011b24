import { open } from 'node:fs/promises';
import { rootOfSealed } from '../package/open-envelope.ts';
import type { SealedBytes, SealedReader } from '../package/ports.ts';
import { nodeOpening } from './node-tools.ts';

/** A stored ciphertext that can be read from the start more than once: a file, or a blob behind a port. */
export type SealedSource =
  | { readonly file: string }
  | { readonly stream: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> };

export const sealedBytes = (source: SealedSource): SealedBytes => ({
  open: async () => ('stream' in source ? readerOf(await source.stream()) : fileReader(source.file)),
});

async function fileReader(file: string): Promise<SealedReader> {
  const handle = await open(file, 'r');
  return {
    read: async (into) => (await handle.read(into, 0, into.length)).bytesRead,
    close: () => handle.close(),
  };
}

function readerOf(stream: AsyncIterable<Uint8Array>): SealedReader {
  const iterator = stream[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  return {
    read: async (into) => {
      while (held.length === 0) {
        const next = await iterator.next();
        if (next.done) return 0;
        held = next.value;
      }
      const take = Math.min(held.length, into.length);
      into.set(held.subarray(0, take));
      held = held.subarray(take);
      return take;
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

/** RFC 6962 root over 1 MiB leaves, and the length, of a stored ciphertext. */
export const rootOfSource = (source: SealedSource): Promise<{ root: Uint8Array; length: number }> =>
  rootOfSealed(nodeOpening, sealedBytes(source));

export const rootOfFile = (file: string): Promise<{ root: Uint8Array; length: number }> =>
  rootOfSource({ file });
