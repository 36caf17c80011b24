import { constants, inflateRawSync, inflateSync } from 'node:zlib';

/** How a marker was found: the encoding, and inside of what it was packed. */
export interface Found {
  readonly marker: string;
  readonly encoding: string;
  readonly packed: string;
  readonly offset: number;
}

interface Needle {
  readonly marker: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Base64 of a text inside of something larger has one of three forms; its ends, which depend on the neighbours, are cut. */
function base64Forms(text: string): [string, Buffer][] {
  return (['base64', 'base64url'] as const).flatMap((kind) =>
    [0, 1, 2].map((shift): [string, Buffer] => {
      const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString(kind);
      const from = Math.ceil((shift * 8) / 6);
      const until = Math.floor(((shift + Buffer.byteLength(text)) * 8) / 6);
      return [`${kind}+${shift}`, Buffer.from(whole.slice(from, until))];
    }),
  );
}

function needlesOf(marker: string): Needle[] {
  const hex = Buffer.from(marker).toString('hex');
  const forms: [string, Buffer][] = [
    ['utf8', Buffer.from(marker)],
    ['utf16le', Buffer.from(marker, 'utf16le')],
    ['utf16be', utf16be(marker)],
    ['hex', Buffer.from(hex)],
    ['HEX', Buffer.from(hex.toUpperCase())],
    ...base64Forms(marker),
  ];
  return forms.map(([encoding, bytes]) => ({ marker, encoding, bytes }));
}

const MAX_OUTPUT = 32 * 1024 * 1024;
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_OUTPUT };

/** RFC 1952 section 2.3. Not gunzip: what follows the stream in a larger file is no second member. */
function gzipHeaderLength(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + bytes.readUInt16LE(at);
  for (const text of [8, 16]) if (flags & text) at = bytes.indexOf(0, at) + 1;
  return flags & 2 ? at + 2 : at;
}

/** Where a compressed stream may begin, and how it is unpacked. A header in random bytes unpacks to nothing. */
const PACKINGS: readonly {
  readonly name: string;
  readonly header: Buffer;
  unpack(bytes: Buffer): Buffer;
}[] = [
  {
    name: 'gzip',
    header: Buffer.from([0x1f, 0x8b, 8]),
    unpack: (bytes) => inflateRawSync(bytes.subarray(gzipHeaderLength(bytes)), LENIENT),
  },
  ...[0x01, 0x5e, 0x9c, 0xda].map((level) => ({
    name: 'zlib',
    header: Buffer.from([0x78, level]),
    unpack: (bytes: Buffer) => inflateSync(bytes, LENIENT),
  })),
  {
    name: 'zip',
    header: Buffer.from('PK\x03\x04'),
    unpack: (bytes) =>
      inflateRawSync(bytes.subarray(30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)), LENIENT),
  },
];

/** Looks for the markers in every encoding, also inside of compressed streams, and those inside of others. */
export class MarkerSearch {
  private readonly needles: readonly Needle[];

  constructor(markers: readonly string[]) {
    this.needles = markers.flatMap(needlesOf);
  }

  in(bytes: Buffer, packed = 'plain', depth = 0): Found[] {
    const found = this.needles.flatMap(({ marker, encoding, bytes: needle }) => {
      const offset = bytes.indexOf(needle);
      return offset < 0 ? [] : [{ marker, encoding, packed, offset }];
    });
    return depth < 2 ? [...found, ...this.packed(bytes, packed, depth)] : found;
  }

  private packed(bytes: Buffer, packed: string, depth: number): Found[] {
    const found: Found[] = [];
    for (const { name, header, unpack } of PACKINGS)
      for (let at = bytes.indexOf(header); at >= 0; at = bytes.indexOf(header, at + 1)) {
        const content = tried(() => unpack(bytes.subarray(at, at + MAX_OUTPUT)));
        if (content.length > 8) found.push(...this.in(content, `${packed} > ${name}`, depth + 1));
      }
    return found;
  }
}

function tried(unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch {
    return Buffer.alloc(0);
  }
}
