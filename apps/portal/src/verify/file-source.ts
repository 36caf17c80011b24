import type { ByteSource } from '#trust';

/** A file of the reader's own, by slices: never whole in memory. `onRead` is told the bytes read so far. */
export function fileSource(file: Blob, onRead: (total: number) => void): ByteSource {
  let total = 0;
  return {
    size: file.size,
    async read(offset, length) {
      const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      total += bytes.length;
      onRead(total);
      return bytes;
    },
  };
}
