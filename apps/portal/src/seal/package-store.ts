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

async function jsonOf<T>(folder: FileSystemDirectoryHandle, name: string): Promise<T | null> {
  try {
    return JSON.parse(new TextDecoder().decode(await readWhole(folder, name))) as T;
  } catch {
    return null;
  }
}

function stateOf(receipt: ReceiptFile | null, moveReceipt: ReceiptFile | null): PackageState {
  const move = moveReceipt?.arrival.record;
  if (move?.inTime) return move.kind === 'withdraw' ? 'withdrawn' : 'replaced';
  if (receipt?.stored) return 'submitted';
  return receipt ? 'uploading' : 'sealed';
}

async function readStored(place: PackagePlace): Promise<StoredPackage | null> {
  const folder = await packageFolder(place, { create: false });
  const note = await jsonOf<PackageNote>(folder, NOTE);
  const commit = await jsonOf<Commit>(folder, 'commit.json');
  if (!note || !commit) {
    await removeUnlessBusy(place);
    return null;
  }
  const receipt = await jsonOf<ReceiptFile>(folder, 'receipt.json');
  const moveReceipt = await jsonOf<ReceiptFile>(folder, 'move-receipt.json');
  const { hashText } = await import('#trust');
  const c = hashText('commit', commit);
  return { place, note, commit, c, receipt, moveReceipt, state: stateOf(receipt, moveReceipt) };
}

/** Held while a package is made: what is not whole and not held is what a closed page or a lost power left behind. */
export const lockOf = ({ id }: PackagePlace): string => `glasshall-package-${id}`;

async function removeUnlessBusy(place: PackagePlace): Promise<void> {
  const { held } = await navigator.locks.query();
  if (!held?.some(({ name }) => name === lockOf(place))) await removePackage(place);
}

/** The packages of an organisation on this machine, newest first. */
async function listStored(organisation: string): Promise<StoredPackage[]> {
  const folder = await ownFolder(organisation);
  if (!folder) return [];
  const found: StoredPackage[] = [];
  for await (const id of names(folder)) {
    const stored = await readStored({ organisation, id });
    if (stored) found.push(stored);
  }
  return found.sort((a, b) => b.note.sealedAt - a.note.sealedAt);
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
    keepReceipt: (receipt) => keep('receipt.json', canonicalBytes(receipt)),
    keepRefusal: (document) => keep('refusal.json', JSON.stringify(document ?? null)),
    keepMoveReceipt: (receipt) => keep('move-receipt.json', canonicalBytes(receipt)),
    sequence: async () => (await jsonOf<number>(folder, 'sequence')) ?? 0,
    keepSequence: (sequence) => keep('sequence', String(sequence)),
  };
}
