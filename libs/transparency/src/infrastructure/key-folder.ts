import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { faultPoint } from '#kernel';
import { syncFolder, writeNewFile } from '#trust/node';

/** What a key file is found to be that must not be: the platform does not start on it. Never says what it holds. */
export class KeyFileError extends Error {
  constructor(
    readonly file: string,
    readonly fault: string,
  ) {
    super(`${file}: ${fault}`);
    this.name = 'KeyFileError';
  }
}

const isCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && (error as NodeJS.ErrnoException).code === code;

/**
 * Secrets as files: folder 0700, files 0600, written whole, synced, and put in place by one link, so that of several
 * processes that create the same file at once all read the one that was first, and none reads half of one.
 */
export class KeyFolder {
  private constructor(private readonly root: string) {}

  static async open(root: string): Promise<KeyFolder> {
    const folder = new KeyFolder(root);
    await folder.ensure('.');
    return folder;
  }

  /** The file's bytes; null when there is none. @throws KeyFileError when others than the owner may read it */
  async read(name: string): Promise<Buffer | null> {
    const file = join(this.root, name);
    try {
      const { mode } = await stat(file);
      if ((mode & 0o077) !== 0)
        throw new KeyFileError(file, 'others may read it: set its mode to 600, and think about a new key');
      return await readFile(file);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  /** The file as it is, or as `make` makes it if there is none. Durable when it returns. */
  async readOrCreate(name: string, make: () => Promise<Uint8Array> | Uint8Array): Promise<Buffer> {
    const known = await this.read(name);
    if (known) return known;
    const file = join(this.root, name);
    await this.ensure(dirname(name));
    const draft = await this.writeDraft(name, await make());
    try {
      await link(draft, file);
      await faultPoint('transparency.key.linked');
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(draft);
    }
    await syncFolder(dirname(file));
    return (await this.read(name)) ?? Buffer.alloc(0);
  }

  /** Puts other bytes in the file's place, at once. */
  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.root, name);
    await rename(await this.writeDraft(name, bytes), file);
    await syncFolder(dirname(file));
  }

  private async writeDraft(name: string, bytes: Uint8Array): Promise<string> {
    const draft = join(this.root, `${name}.${randomBytes(8).toString('hex')}.draft`);
    await writeNewFile(draft, bytes);
    await faultPoint('transparency.key.written');
    return draft;
  }

  private async ensure(folder: string): Promise<void> {
    const path = join(this.root, folder);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    // A folder of ours within the root: with its first file it is to be there after a power cut.
    if (folder !== '.') await syncFolder(dirname(path));
  }
}
