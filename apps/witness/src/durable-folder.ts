import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { faultPoint } from '#kernel';

const isCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && (error as NodeJS.ErrnoException).code === code;

/** Files that are written whole or not at all, and are on the disk when a call returns. Folder 0700, files 0600. */
export class DurableFolder {
  private constructor(private readonly root: string) {}

  static async open(root: string): Promise<DurableFolder> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return new DurableFolder(root);
  }

  /** A folder below this one. Synced also where it was there: whoever made it may not have come so far. */
  async make(name: string): Promise<void> {
    const path = join(this.root, name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(path));
  }

  /** Null where there is no such file. */
  async read(name: string): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await readFile(join(this.root, name)));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  /** Names in a folder below this one; none where there is no such folder. */
  async list(name: string): Promise<string[]> {
    try {
      return await readdir(join(this.root, name));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** Puts a file where none is: of any number of processes that try, one. False: another was first. */
  async create(name: string, bytes: Uint8Array): Promise<boolean> {
    const path = join(this.root, name);
    const draft = await this.draft(path, bytes);
    try {
      await link(draft, path);
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await unlink(draft);
    }
    await faultPoint('witness.file.linked');
    await syncFolder(dirname(path));
    await faultPoint('witness.file.durable');
    return true;
  }

  /** Puts a file in the place of another, at once. */
  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.root, name);
    await rename(await this.draft(path, bytes), path);
    await syncFolder(dirname(path));
  }

  /** A file that another process removed already is as good. */
  async remove(name: string): Promise<void> {
    await unlink(join(this.root, name)).catch((error: unknown) => {
      if (!isCode(error, 'ENOENT')) throw error;
    });
  }

  private async draft(path: string, bytes: Uint8Array): Promise<string> {
    const draft = `${path}.${randomBytes(8).toString('hex')}.draft`;
    await writeFile(draft, bytes, { flag: 'wx', mode: 0o600, flush: true });
    await faultPoint('witness.file.written');
    return draft;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
