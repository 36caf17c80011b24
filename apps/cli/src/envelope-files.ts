import { readdir, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { SealFile } from '#trust/node';
import { cannotTell } from './failure.ts';

/** Files and folders as the bidder names them: a file keeps its name, a folder's files their paths inside it. */
export async function collectFiles(sources: readonly string[]): Promise<SealFile[]> {
  const found: SealFile[] = [];
  for (const source of sources) {
    const kind = await stat(source).catch(() => null);
    if (kind?.isFile()) found.push({ path: basename(source).normalize('NFC'), from: { file: source } });
    else if (kind?.isDirectory()) found.push(...(await filesUnder(source)));
    else throw cannotTell('CLI.FILE_UNREADABLE', { path: source });
  }
  return found;
}

async function filesUnder(folder: string): Promise<SealFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: file
        .slice(folder.length)
        .split(sep)
        .filter((segment) => segment !== '')
        .join('/')
        .normalize('NFC'),
      from: { file },
    }));
}
