import { refusalOf } from '../api/client.ts';
import { saveAs } from './save.ts';

/** `file`: straight into the file that the reader chose; `disk`: over this origin's own files; `memory`: whole in memory. */
export type Way = 'file' | 'disk' | 'memory';

type Picker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

const pickerOf = (): Picker | null => {
  const { showSaveFilePicker } = window as unknown as { readonly showSaveFilePicker?: Picker };
  return typeof showSaveFilePicker === 'function' ? showSaveFilePicker.bind(window) : null;
};

const isClosed = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Where what has been handed to the reader lies until the browser has copied it. */
const FOLDER = 'downloads';
const KEPT_MS = 3_600_000;

export interface Download {
  readonly name: string;
  /** Asked only when there is a place to write to. @throws ProblemError */
  readonly open: () => Promise<Response>;
  readonly progress: (bytes: number) => void;
  /** This machine's clock. */
  readonly now: number;
  readonly hand?: (content: Blob, name: string) => void;
}

/**
 * Writes a large answer to the reader's disk as it comes, in the best way that this browser knows. An answer that ends
 * early leaves nothing behind that looks whole. Null: the reader closed the dialog, and nothing was asked for.
 * @throws ProblemError
 */
export async function saveStream(download: Download): Promise<Way | null> {
  const { name, open, now, hand = saveAs } = download;
  const picker = pickerOf();
  if (picker) {
    const chosen = await picker({ suggestedName: name }).catch((error: unknown) => {
      if (isClosed(error)) return null;
      throw error;
    });
    if (!chosen) return null;
    await pour(download, await open(), await chosen.createWritable());
    return 'file';
  }
  const own = await ownFile(now);
  const response = await open();
  if (own === null) {
    hand(await response.blob(), name);
    return 'memory';
  }
  await pour(download, response, await own.createWritable());
  hand(await own.getFile(), name);
  return 'disk';
}

/** What was handed over holds what only the one who was signed in may read: it does not outlast the session here. */
export async function forgetDownloads(): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(FOLDER, { recursive: true });
  } catch {
    // No such folder, or a browser without private files.
  }
}

/** A file of this origin; null where the browser has none that a page can write to. */
async function ownFile(now: number): Promise<FileSystemFileHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    await removeOld(folder, now);
    const file = await folder.getFileHandle(crypto.randomUUID(), { create: true });
    return 'createWritable' in file ? file : null;
  } catch {
    return null;
  }
}

async function removeOld(folder: FileSystemDirectoryHandle, now: number): Promise<void> {
  const files = folder as unknown as { values(): AsyncIterable<FileSystemFileHandle> };
  for await (const each of files.values()) {
    const { lastModified } = await each.getFile();
    if (now - lastModified > KEPT_MS) await folder.removeEntry(each.name).catch(() => undefined);
  }
}

/** Where the answer breaks off, the file is given up with it: what was there before stays. */
async function pour({ progress }: Download, { body }: Response, into: WritableStream): Promise<void> {
  let written = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, out) => {
      written += piece.byteLength;
      progress(written);
      out.enqueue(piece);
    },
  });
  if (!body) throw refusalOf(null, 0);
  await body
    .pipeThrough(count)
    .pipeTo(into)
    .catch((error: unknown) => {
      // A full disk is not the platform's fault, and says so itself.
      throw error instanceof DOMException && error.name === 'QuotaExceededError' ? error : refusalOf(null, 0);
    });
}
