import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { canonicalBytes, TrustError } from '#trust';
import type { BundleReader as EvidenceReader } from '#trust';
import { BundleReader, canonicalZip, comparePaths, INDEX_PATH } from '#trust/node';

const MAX = 64 * 1024 * 1024;

interface Index {
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

/** A bundle taken apart; what is changed is put together again with hashes that fit: the work of a patient forger. */
export class BundleEditor {
  private constructor(private readonly members: Map<string, Buffer>) {}

  static async read(file: string): Promise<BundleEditor> {
    const reader = await BundleReader.open(file);
    try {
      const members = new Map<string, Buffer>();
      for (const { path } of reader.entries) members.set(path, Buffer.from(await reader.bytes(path, MAX)));
      return new BundleEditor(members);
    } finally {
      reader.close();
    }
  }

  copy(): BundleEditor {
    return new BundleEditor(new Map(this.members));
  }

  get paths(): string[] {
    return [...this.members.keys()];
  }

  bytes(path: string): Buffer {
    const found = this.members.get(path);
    if (!found) throw new Error(`the bundle has no ${path}`);
    return found;
  }

  set(path: string, bytes: Uint8Array): this {
    this.members.set(path, Buffer.from(bytes));
    return this;
  }

  /** Changes a JSON member and writes it canonically again. */
  edit<T>(path: string, change: (record: T) => unknown): this {
    return this.set(path, canonicalBytes(change(JSON.parse(this.bytes(path).toString()) as T)));
  }

  remove(...patterns: readonly (string | RegExp)[]): this {
    for (const path of this.paths)
      if (patterns.some((one) => (typeof one === 'string' ? one === path : one.test(path))))
        this.members.delete(path);
    return this;
  }

  swap(a: string, b: string): this {
    const [first, second] = [this.bytes(a), this.bytes(b)];
    return this.set(a, second).set(b, first);
  }

  /** Makes the index fit what is in it. */
  index(): this {
    const paths = this.paths.filter((path) => path !== INDEX_PATH).sort(comparePaths);
    const files = paths.map((path) => {
      const bytes = this.bytes(path);
      return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('base64url') };
    });
    return this.edit<Index>(INDEX_PATH, (index) => ({ ...index, files }));
  }

  /** What the verifier reads of an archive, without its file. */
  reader(): EvidenceReader {
    const read = (path: string): Buffer => {
      const found = this.members.get(path);
      if (!found) throw new TrustError('EVIDENCE.MISSING', { path });
      return found;
    };
    return {
      entries: this.paths.map((path) => ({ path, size: this.bytes(path).length })),
      bytes: async (path, max) => {
        const found = read(path);
        if (found.length > max) throw new TrustError('EVIDENCE.UNREADABLE', { path });
        return new Uint8Array(found);
      },
      async *stream(path) {
        yield new Uint8Array(read(path));
      },
    };
  }

  /** The canonical file, its index fitting what is in it. */
  async write(file: string): Promise<string> {
    this.index();
    const paths = this.paths.filter((path) => path !== INDEX_PATH).sort(comparePaths);
    const entries = [...paths, INDEX_PATH].map((path) => {
      const bytes = this.bytes(path);
      return { path, size: bytes.length, open: () => Readable.from([bytes]) };
    });
    await writeFile(file, await buffer(canonicalZip(entries)));
    return file;
  }
}
