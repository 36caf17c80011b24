import { open, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Writes every byte at the handle's own position; a short write (full disk, quota) goes on until it fails by name. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
}

/** A new file, durable when it returns; it must not exist. */
export async function writeNewFile(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  await writeFile(path, bytes, { flag: 'wx', mode, flush: true });
}

/** Makes a folder's entries (a rename, a new file) durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
