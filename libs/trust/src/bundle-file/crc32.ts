/** CRC-32 of ISO 3309, as ZIP uses it: eight bytes a step by eight tables, since a bundle can hold gigabytes. */
const TABLES: readonly Uint32Array[] = makeTables();

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = tables as [Uint32Array, ...Uint32Array[]];
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value;
  }
  for (let byte = 0; byte < 256; byte++) {
    let value = first[byte] ?? 0;
    for (let table = 1; table < 8; table++) {
      value = (value >>> 8) ^ (first[value & 255] ?? 0);
      (tables[table] as Uint32Array)[byte] = value;
    }
  }
  return tables;
}

/** Continues `crc` (0 at the start) over `bytes`; unsigned. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as unknown as Record<number, number>[] as [
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
    Record<number, number>,
  ];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const of = (table: Record<number, number>, index: number): number => table[index] as number;
  let value = ~crc;
  let at = 0;
  for (const end = bytes.length - 8; at <= end; at += 8) {
    const a = view.getUint32(at, true) ^ value;
    const b = view.getUint32(at + 4, true);
    value =
      of(t7, a & 255) ^
      of(t6, (a >>> 8) & 255) ^
      of(t5, (a >>> 16) & 255) ^
      of(t4, a >>> 24) ^
      of(t3, b & 255) ^
      of(t2, (b >>> 8) & 255) ^
      of(t1, (b >>> 16) & 255) ^
      of(t0, b >>> 24);
  }
  for (; at < bytes.length; at++) value = (value >>> 8) ^ of(t0, (value ^ view.getUint8(at)) & 255);
  return ~value >>> 0;
}
