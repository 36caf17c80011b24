import { MAX_RECORD_BYTES, TrustError, concat, memberHeader, memberPadding } from '#trust';
import type { EnvelopeName, Manifest } from '#trust';
import type { MemberSink } from '#trust/node';
import type { IndexedFile } from './bid-store.ts';

/**
 * Keeps where each file lies in an envelope's plaintext, not the file; of one small file (the opening sheet) also the
 * bytes. The tar has one canonical form, so offsets follow from names and sizes.
 */
export class IndexSink implements MemberSink {
  private readonly found: Omit<IndexedFile, 'hash'>[] = [];
  private at = 0;
  private pieces: Uint8Array[] | null = null;
  private whole: Uint8Array | null = null;

  constructor(
    private readonly e: EnvelopeName,
    private readonly keep: string | null,
  ) {}

  /** The bytes of the file to keep; null where the envelope has none of that name. */
  get kept(): Uint8Array | null {
    return this.whole;
  }

  start(path: string, size: number): Promise<void> {
    this.at += memberHeader(path, size).length;
    this.found.push({ e: this.e, path, size, position: this.at });
    this.at += size + memberPadding(size);
    if (path !== this.keep) return Promise.resolve();
    if (size > MAX_RECORD_BYTES)
      return Promise.reject(new TrustError('RECORD.TOO_LARGE', { size }, 'bidder'));
    this.pieces = [];
    return Promise.resolve();
  }

  data(bytes: Uint8Array): Promise<void> {
    this.pieces?.push(bytes.slice());
    return Promise.resolve();
  }

  end(): Promise<void> {
    if (this.pieces) this.whole = concat(...this.pieces);
    this.pieces = null;
    return Promise.resolve();
  }

  complete(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.found.length = 0;
    this.whole = null;
    return Promise.resolve();
  }

  /** The manifest was compared with the members, name by name, before it is given here. */
  entries({ files }: Manifest): IndexedFile[] {
    return this.found.map((file, at) => ({ ...file, hash: files[at]?.root ?? files[at]?.sha256 ?? '' }));
  }
}
