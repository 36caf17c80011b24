import { TrustError } from '../encoding/index.ts';
import type { EnvelopeName } from '../records/index.ts';
import { sameFileHash } from './content-hash.ts';
import type { MemberSink } from './member-sink.ts';
import { checkPackageDealings, openContent, openStatement, unlockRecords } from './open-bid.ts';
import type { PackageOpener } from './open-bid.ts';
import { checkSecretsOf, seedOf } from './package-secrets.ts';
import type { PackageRecords, PackageSecrets } from './package-secrets.ts';
import type { ContentHash, NewContentHash, OpenedOriginal } from './ports.ts';
import { sameBytes } from './same-bytes.ts';

export interface SelfTestReport {
  readonly ok: boolean;
  readonly c: string | null;
  /** Files compared with their originals. */
  readonly files: number;
  readonly bytes: number;
  /** Dealings proved to open with any k trustees. */
  readonly dealings: number;
  /** Why it failed. */
  readonly code: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

type ListedFile = PackageSecrets['files'][number];

/** A package as a fresh program finds it. */
export interface PackageToTest {
  readonly records: PackageRecords;
  readonly secrets: PackageSecrets;
  readonly opener: PackageOpener;
  /** Null where the original is not at hand: the hash is compared then. @throws TrustError SEAL.ORIGINAL_MISSING */
  original(file: ListedFile): Promise<OpenedOriginal | null>;
  /** Told the ciphertext's bytes opened so far, of all but `I`. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Re-opens the package by road A from its seed and compares every file with its original; road B is proved by the
 * dealings' own check. `read` finds the package: what it throws is the report's reason too. Never throws for a
 * package that is bad: the report says why.
 */
export async function selfTestBid(read: () => Promise<PackageToTest>): Promise<SelfTestReport> {
  let c: string | null = null;
  try {
    const found = await read();
    const { records, secrets, opener } = found;
    c = records.c;
    checkSecretsOf(secrets, records);
    checkPackageDealings(records);
    const unlocked = unlockRecords(records, seedOf(secrets));
    const statement = await openStatement(opener, unlocked);
    const sum = { files: 0, bytes: 0 };
    let before = 0;
    for (const { e, length } of records.commit.envelopes.filter((envelope) => envelope.e !== 'I')) {
      const sink = new CompareSink(found, e);
      const base = before;
      const onProgress = (done: number) => found.onProgress?.(base + done);
      await openContent(opener, unlocked, { statement, e, sink, onProgress });
      sum.files += sink.files;
      sum.bytes += sink.bytes;
      before += length;
    }
    return { ok: true, c, ...sum, dealings: records.commit.dealings.length, code: null, facts: {} };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return { ok: false, c, files: 0, bytes: 0, dealings: 0, code: error.code, facts: error.facts };
  }
}

/** Writes nothing: compares what was opened with the original, byte by byte, or by hash where there is no file. */
class CompareSink implements MemberSink {
  files = 0;
  bytes = 0;
  private original: OpenedOriginal | null = null;
  private at = 0;
  private expected: ListedFile | undefined;
  private hash: ContentHash | null = null;
  private readonly wanted: Map<string, ListedFile>;
  private readonly open: PackageToTest['original'];
  private readonly contentHash: NewContentHash;

  constructor({ secrets, opener, original }: PackageToTest, e: EnvelopeName) {
    this.wanted = new Map(secrets.files.filter((file) => file.e === e).map((file) => [file.path, file]));
    this.open = original;
    this.contentHash = opener.tools.contentHash;
  }

  async start(path: string, size: number): Promise<void> {
    this.expected = this.wanted.get(path);
    this.wanted.delete(path);
    if (this.expected?.size !== size) throw this.differs(path);
    this.at = 0;
    this.original = await this.open(this.expected);
    this.hash = this.original ? null : this.contentHash(size);
    if (this.original && this.original.size !== size) throw this.differs(path);
  }

  async data(bytes: Uint8Array): Promise<void> {
    if (this.original) await this.compare(this.original, bytes);
    else await this.hash?.update(bytes);
    this.bytes += bytes.length;
  }

  async end(): Promise<void> {
    const path = this.expected?.path ?? '';
    if (this.hash && !sameFileHash(await this.hash.finish(), this.expected ?? {})) throw this.differs(path);
    await this.close();
    this.files += 1;
  }

  async complete(): Promise<void> {
    const [left] = this.wanted.keys();
    if (left !== undefined) throw this.differs(left);
    return this.close();
  }

  abandon(): Promise<void> {
    return this.close();
  }

  private async compare(original: OpenedOriginal, bytes: Uint8Array): Promise<void> {
    const mine = new Uint8Array(bytes.length);
    for (let read = 0; read < mine.length;) {
      const got = await original.read(mine.subarray(read), this.at + read);
      if (got === 0) break;
      read += got;
    }
    this.at += mine.length;
    if (!sameBytes(mine, bytes)) throw this.differs(this.expected?.path ?? '');
  }

  private differs(path: string): TrustError {
    return new TrustError('SEAL.DIFFERS', { path: path.slice(0, 100) });
  }

  private async close(): Promise<void> {
    await this.original?.close();
    this.original = null;
  }
}
