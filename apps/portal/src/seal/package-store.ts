import { queryOptions } from '@tanstack/react-query';
import type { BidPackage } from '#client';
import type { Commit, ReceiptFile } from '#trust';
import { packageFolder, readWhole, sealedName } from './private-files.ts';
import type { PackagePlace } from './messages.ts';

/** What the page itself remembers of a package; `note.json` beside the sealed files. */
export interface PackageNote {
  readonly lot: string;
  readonly lotName: string;
  readonly projectName: string;
  /** By the platform's clock. */
  readonly sealedAt: number;
  /** Files as they were chosen, for the reader. */
  readonly files: readonly { readonly e: string; readonly path: string; readonly size: number }[];
  /** The fresh worker opened it again and everything was equal. */
  readonly tested: boolean;
  /** The bidder has written the recovery code down, and proved it by a word. */
  readonly kept: boolean;
  /** The package (by id) that this one replaces. */
  readonly replaces: string | null;
}

export type PackageState = 'sealed' | 'uploading' | 'submitted' | 'replaced' | 'withdrawn';

/** A whole package on this machine. */
export interface StoredPackage {
  readonly place: PackagePlace;
  readonly note: PackageNote;
  readonly commit: Commit;
  readonly c: string;
  readonly receipt: ReceiptFile | null;
  readonly moveReceipt: ReceiptFile | null;
  readonly state: PackageState;
}

/** Something of it cannot be read now. It may be all that is left of a submitted bid, so it is kept, and shown. */
export interface DamagedPackage {
  readonly place: PackagePlace;
  /** Null where that cannot be read either: of which lot it is, is not known. */
  readonly note: PackageNote | null;
}

export interface Packages {
  /** Newest first. */
  readonly whole: readonly StoredPackage[];
  readonly damaged: readonly DamagedPackage[];
}

const NOTE = 'note.json';

async function ownFolder(organisation: string): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    return await (await root.getDirectoryHandle('bids')).getDirectoryHandle(organisation);
  } catch {
    return null;
  }
}

const names = (folder: FileSystemDirectoryHandle): AsyncIterable<string> =>
  (folder as unknown as { keys(): AsyncIterable<string> }).keys();

const isMissing = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'NotFoundError';

/** Null only where the file is not there. @throws what is wrong with one that is there and cannot be read */
async function jsonOf<T>(folder: FileSystemDirectoryHandle, name: string): Promise<T | null> {
  const handle = await folder.getFileHandle(name).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  return handle && (JSON.parse(await (await handle.getFile()).text()) as T);
}

/** One that cannot be read just now is not taken for none: it would be written over. */
function nullIfNoJson(error: unknown): null {
  if (error instanceof SyntaxError) return null;
  throw error;
}

function stateOf(receipt: ReceiptFile | null, moveReceipt: ReceiptFile | null): PackageState {
  const move = moveReceipt?.arrival.record;
  if (move?.inTime) return move.kind === 'withdraw' ? 'withdrawn' : 'replaced';
  if (receipt?.stored) return 'submitted';
  return receipt ? 'uploading' : 'sealed';
}

/** 'leftover': of a sealing that was given up. It was never submitted: COMMIT is written before anything is sent. */
async function readStored(place: PackagePlace): Promise<StoredPackage | 'leftover'> {
  const folder = await packageFolder(place, { create: false });
  const commit = await jsonOf<Commit>(folder, 'commit.json');
  const receipt = await jsonOf<ReceiptFile>(folder, 'receipt.json');
  if (!commit && !receipt) return 'leftover';
  const note = await jsonOf<PackageNote>(folder, NOTE);
  if (!note || !commit) throw new Error('a part is missing');
  const moveReceipt = await jsonOf<ReceiptFile>(folder, 'move-receipt.json');
  const { hashText } = await import('#trust');
  const c = hashText('commit', commit);
  return { place, note, commit, c, receipt, moveReceipt, state: stateOf(receipt, moveReceipt) };
}

/** Held while a package is made: what is not whole and not held is what a closed page or a lost power left behind. */
export const lockOf = ({ id }: PackagePlace): string => `glasshall-package-${id}`;

async function isBusy(place: PackagePlace): Promise<boolean> {
  const { held } = await navigator.locks.query();
  return held?.some(({ name }) => name === lockOf(place)) ?? false;
}

/** Looked at again under the lock: what was being made may be whole by now. */
async function removeLeftover(place: PackagePlace): Promise<void> {
  await navigator.locks.request(lockOf(place), { ifAvailable: true }, async (lock) => {
    if (lock && (await readStored(place)) === 'leftover') await removePackage(place);
  });
}

/** What cannot be read, without guessing why; null where it is being made, or was deleted meanwhile. */
async function damagedAt(place: PackagePlace): Promise<DamagedPackage | null> {
  if (await isBusy(place)) return null;
  try {
    const folder = await packageFolder(place, { create: false });
    return { place, note: await jsonOf<PackageNote>(folder, NOTE).catch(() => null) };
  } catch (error) {
    return isMissing(error) ? null : { place, note: null };
  }
}

/** The packages of an organisation on this machine. Only what a sealing left behind is removed on the way. */
export async function listStored(organisation: string): Promise<Packages> {
  const folder = await ownFolder(organisation);
  const whole: StoredPackage[] = [];
  const damaged: DamagedPackage[] = [];
  if (!folder) return { whole, damaged };
  for await (const id of names(folder)) {
    const place = { organisation, id };
    try {
      const read = () => readStored(place);
      // Once more: a receipt that was written at this very moment reads well the next time.
      const stored = await read().catch(read);
      if (stored === 'leftover') await removeLeftover(place);
      else whole.push(stored);
    } catch {
      const found = await damagedAt(place);
      if (found) damaged.push(found);
    }
  }
  whole.sort((a, b) => b.note.sealedAt - a.note.sealedAt);
  return { whole, damaged };
}

export const packagesQuery = (organisation: string) =>
  queryOptions({
    queryKey: ['packages', organisation],
    queryFn: () => listStored(organisation),
    staleTime: 0,
  });

/** Durable when it returns: the old content stays until the new one is whole. */
async function writeFile(place: PackagePlace, name: string, content: Uint8Array | string): Promise<void> {
  const folder = await packageFolder(place, { create: false });
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await writable.write(content as string | Uint8Array<ArrayBuffer>);
  await writable.close();
}

export const writeNote = (place: PackagePlace, note: PackageNote): Promise<void> =>
  writeFile(place, NOTE, JSON.stringify(note));

/** The platform's certificates, beside the receipt: what `glasshall receipt verify` asks for. */
export const keepCertificates = (place: PackagePlace, chains: readonly string[]): Promise<void> =>
  writeFile(place, 'certificates.pem', chains.join(''));

/**
 * A package that comes from elsewhere, by the names of its files and in their order: COMMIT last, so that what a closed
 * page leaves behind is seen to be no whole package.
 */
export async function keepRecovered(
  organisation: string,
  note: PackageNote,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  await navigator.storage.persist().catch(() => false);
  const place = { organisation, id: crypto.randomUUID() };
  await navigator.locks.request(lockOf(place), async () => {
    await packageFolder(place, { create: true });
    await writeNote(place, note);
    for (const [name, content] of Object.entries(files)) await writeFile(place, name, content);
  });
}

/** Also of a sealing that was given up; what is gone already is no fault. */
export async function removePackage({ organisation, id }: PackagePlace): Promise<void> {
  const folder = await ownFolder(organisation);
  await folder?.removeEntry(id, { recursive: true }).catch(() => undefined);
}

/** The seed of the package: it opens the bid, and signs its replacement or withdrawal. */
export async function seedOfPackage(place: PackagePlace): Promise<Uint8Array> {
  const { parseSecrets, seedOf } = await import('#trust');
  const folder = await packageFolder(place, { create: false });
  return seedOf(parseSecrets(await readWhole(folder, 'private.json')));
}

/** What every page of a package can save: the sealed envelopes, the records, the receipts; the seed too. */
export async function filesOfPackage(place: PackagePlace): Promise<readonly File[]> {
  const folder = await packageFolder(place, { create: false });
  const found: File[] = [];
  for await (const name of names(folder)) {
    if (name !== NOTE) found.push(await (await folder.getFileHandle(name)).getFile());
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** The port of the submission (libs/client) over the private file system. */
export async function bidPackageOf(place: PackagePlace): Promise<BidPackage> {
  const { TrustError, canonicalBytes, readPackageRecords } = await import('#trust');
  const folder = await packageFolder(place, { create: false });
  const bid = readPackageRecords(
    await readWhole(folder, 'commit.json'),
    await readWhole(folder, 'lotkey.json'),
  );
  const keep = (name: string, bytes: Uint8Array | string) => writeFile(place, name, bytes);
  return {
    bid,
    read: async (e, from, length) => {
      const file = await (await folder.getFileHandle(sealedName(e))).getFile();
      const bytes = new Uint8Array(await file.slice(from, from + length).arrayBuffer());
      if (bytes.length !== length) throw new TrustError('SEAL.TRUNCATED', { e });
      return bytes;
    },
    receipt: () => jsonOf<ReceiptFile>(folder, 'receipt.json').catch(nullIfNoJson),
    keepReceipt: (receipt) => keep('receipt.json', canonicalBytes(receipt)),
    keepRefusal: (document) => keep('refusal.json', JSON.stringify(document ?? null)),
    keepMoveReceipt: (receipt) => keep('move-receipt.json', canonicalBytes(receipt)),
    sequence: async () => (await jsonOf<number>(folder, 'sequence')) ?? 0,
    keepSequence: (sequence) => keep('sequence', String(sequence)),
  };
}
