import { TrustError } from '#trust';
import type { FileToSeal, OpenedOriginal, SealedBytes, SealedTarget } from '#trust';
import type { PackagePlace } from './messages.ts';

/** FileSystemSyncAccessHandle, which only the types of workers know. */
interface SyncAccess {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** The folder of a package in the origin's private file system. */
export async function packageFolder(
  { organisation, id }: PackagePlace,
  options: { readonly create: boolean },
): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const bids = await root.getDirectoryHandle('bids', options);
  const own = await bids.getDirectoryHandle(organisation, options);
  return own.getDirectoryHandle(id, options);
}

/** In a worker only. */
async function openAccess(
  folder: FileSystemDirectoryHandle,
  name: string,
  create: boolean,
): Promise<SyncAccess> {
  const handle = await folder.getFileHandle(name, { create });
  return (handle as unknown as { createSyncAccessHandle(): Promise<SyncAccess> }).createSyncAccessHandle();
}

function writeAll(access: SyncAccess, bytes: Uint8Array, from: number): void {
  for (let at = 0; at < bytes.length;) {
    const written = access.write(bytes.subarray(at), { at: from + at });
    // A full disk or quota may also show as nothing written.
    if (written === 0) throw new DOMException('nothing could be written', 'QuotaExceededError');
    at += written;
  }
}

/** A new file, durable when it returns. */
export async function writeWhole(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const access = await openAccess(folder, name, true);
  try {
    access.truncate(0);
    writeAll(access, bytes, 0);
    access.flush();
  } finally {
    access.close();
  }
}

export async function sealedTarget(folder: FileSystemDirectoryHandle, name: string): Promise<SealedTarget> {
  const access = await openAccess(folder, name, true);
  access.truncate(0);
  let length = 0;
  return {
    write: (bytes) => {
      writeAll(access, bytes, length);
      length += bytes.length;
      return Promise.resolve();
    },
    sync: () => Promise.resolve(access.flush()),
    close: () => Promise.resolve(access.close()),
  };
}

export const sealedBytesOf = (folder: FileSystemDirectoryHandle, name: string): SealedBytes => ({
  open: async () => {
    const access = await openAccess(folder, name, false);
    let at = 0;
    return {
      read: (into) => {
        const read = access.read(into, { at });
        at += read;
        return Promise.resolve(read);
      },
      close: () => Promise.resolve(access.close()),
    };
  },
});

/** Read ahead by pieces of a segment: the next one comes while this one is hashed and encrypted. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** A file of the bidder's own, by slices: never whole in memory. */
export function originalOf(file: File, path: string): OpenedOriginal {
  const load = async (from: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await file.slice(from, from + WINDOW_BYTES).arrayBuffer());
    } catch {
      // Moved, changed or taken away since it was chosen: the browser reads nothing of it any more.
      throw new TrustError('SEAL.FILE_CHANGED', { path: path.slice(0, 100), size: file.size });
    }
  };
  let window = { from: 0, bytes: new Uint8Array(0) as Uint8Array };
  let ahead: { readonly from: number; readonly bytes: Promise<Uint8Array> } | null = null;
  const next = async (at: number): Promise<void> => {
    const bytes = await (ahead?.from === at ? ahead.bytes : load(at));
    window = { from: at, bytes };
    const from = at + bytes.length;
    ahead = null;
    if (from >= file.size) return;
    const coming = load(from);
    coming.catch(() => undefined);
    ahead = { from, bytes: coming };
  };
  return {
    size: file.size,
    read: async (into, at) => {
      if (at >= file.size) return 0;
      const inside = at >= window.from && at < window.from + window.bytes.length;
      if (!inside) await next(at);
      const piece = window.bytes.subarray(at - window.from, at - window.from + into.length);
      into.set(piece);
      return piece.length;
    },
    close: () => Promise.resolve(),
  };
}

export const fileToSeal = (file: File, path: string): FileToSeal => ({
  path,
  from: { open: () => Promise.resolve(originalOf(file, path)) },
});

/** A small file of a package, whole. @throws TrustError SEAL.PACKAGE where it is not there */
export async function readWhole(folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new TrustError('SEAL.PACKAGE', { missing: name });
  }
}

export const sealedName = (e: string): string => `${e}.sealed`;
