import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { TrustError } from '../encoding/index.ts';
import type { EnvelopeName } from '../records/index.ts';
import type { MemberSink } from './member-sink.ts';
import {
  checkPackageDealings,
  openPackageContent,
  openPackageStatement,
  unlockPackage,
} from './open-package.ts';
import { readPackage, readSecrets, seedOf } from './package-folder.ts';
import type { PackageSecrets } from './package-folder.ts';

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

/**
 * Re-opens the package by road A in this process and compares every file with its original; road B is proved by the
 * dealings' own check. Never throws for a package that is bad: the report says why.
 */
export async function selfTestHere(folder: string): Promise<SelfTestReport> {
  let c: string | null = null;
  try {
    const found = await readPackage(folder);
    c = found.c;
    const secrets = await readSecrets(folder);
    if (secrets.c !== c)
      throw new TrustError('SEAL.PACKAGE', { reason: 'private.json is of another package' });
    checkPackageDealings(found);
    const unlocked = unlockPackage(found, seedOf(secrets));
    const statement = await openPackageStatement(unlocked);
    let files = 0;
    let bytes = 0;
    for (const { e } of found.commit.envelopes.filter((envelope) => envelope.e !== 'I')) {
      const sink = new CompareSink(secrets, e);
      await openPackageContent(unlocked, statement, e, sink);
      files += sink.files;
      bytes += sink.bytes;
    }
    return { ok: true, c, files, bytes, dealings: found.commit.dealings.length, code: null, facts: {} };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return { ok: false, c, files: 0, bytes: 0, dealings: 0, code: error.code, facts: error.facts };
  }
}

/** Writes nothing: compares what was opened with the original, byte by byte, or by hash where there is no file. */
class CompareSink implements MemberSink {
  files = 0;
  bytes = 0;
  private original: FileHandle | null = null;
  private at = 0;
  private expected: PackageSecrets['files'][number] | undefined;
  private hash = createHash('sha256');
  private readonly wanted: Map<string, PackageSecrets['files'][number]>;

  constructor(secrets: PackageSecrets, e: EnvelopeName) {
    this.wanted = new Map(secrets.files.filter((file) => file.e === e).map((file) => [file.path, file]));
  }

  async start(path: string, size: number): Promise<void> {
    this.expected = this.wanted.get(path);
    this.wanted.delete(path);
    if (this.expected?.size !== size) throw this.differs(path);
    this.at = 0;
    this.hash = createHash('sha256');
    if (this.expected.original === null) return;
    this.original = await open(this.expected.original, 'r').catch(() => {
      throw new TrustError('SEAL.ORIGINAL_MISSING', { path });
    });
    if ((await this.original.stat()).size !== size) throw this.differs(path);
  }

  async data(bytes: Uint8Array): Promise<void> {
    if (this.original) await this.compare(this.original, bytes);
    else this.hash.update(bytes);
    this.bytes += bytes.length;
  }

  async end(): Promise<void> {
    const path = this.expected?.path ?? '';
    if (!this.original && this.hash.digest('base64url') !== this.expected?.sha256) throw this.differs(path);
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

  private async compare(original: FileHandle, bytes: Uint8Array): Promise<void> {
    const mine = Buffer.alloc(bytes.length);
    let read = 0;
    while (read < mine.length) {
      const { bytesRead } = await original.read(mine, read, mine.length - read, this.at + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    this.at += read;
    if (Buffer.compare(mine, bytes) !== 0) throw this.differs(this.expected?.path ?? '');
  }

  private differs(path: string): TrustError {
    return new TrustError('SEAL.DIFFERS', { path: path.slice(0, 100) });
  }

  private async close(): Promise<void> {
    await this.original?.close();
    this.original = null;
  }
}

/**
 * The self-test in a fresh process, so that nothing of the sealing's memory can help it: only what is on disk.
 * Throws only where the process could not run at all.
 */
export async function selfTest(folder: string): Promise<SelfTestReport> {
  const fromSource = import.meta.url.endsWith('.ts');
  const script = fileURLToPath(new URL(`./self-test.process.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = new URL('../../../../test/support/typescript.mjs', import.meta.url).href;
  const flags = fromSource ? ['--conditions=source', '--import', loader] : [];
  const child = spawn(process.execPath, [...flags, script, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`the self-test process ended with ${String(code)}: ${err.slice(0, 2000)}`);
  return JSON.parse(out) as SelfTestReport;
}
