import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Trustee } from '#client';
import { Platform } from '#client';
import { SystemClock } from '#kernel';
import { readTrustFile } from '#trust';
import { currentSession } from '../session/session-store.ts';
import { getSigner } from '../session/signing.ts';
import { BrowserKeystore } from './browser-keystore.ts';
import { TrusteeDatabase } from './database.ts';

const ROOTS = 'roots';

/** The roots that a trustee pins: its own file, kept in this browser. */
export interface HeldRoots {
  readonly text: string;
  /** Handed out by the platform itself: for demonstrations. */
  readonly fromPlatform: boolean;
}

/** What a trustee has at hand in this page. `keystore` is null until its passphrase was given. */
export interface Desk {
  readonly organisation: string;
  readonly database: TrusteeDatabase;
  readonly roots: HeldRoots | null;
  readonly keystore: BrowserKeystore | null;
  /** Whether a keystore is here already, opened or not. */
  readonly hasKeystore: boolean;
}

/** One for the page, whichever of its parts are shown: the passphrase is asked for once. */
let desk: Desk | null = null;
let permitted: Trustee['permitted'] = new Map();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function set(next: Desk | null): void {
  desk = next;
  for (const each of listeners) each();
}

async function openDesk(organisation: string): Promise<void> {
  const database = await TrusteeDatabase.open(organisation);
  const roots = await database.get<HeldRoots>('held', ROOTS);
  const hasKeystore = await BrowserKeystore.exists(database);
  permitted = new Map();
  set({ organisation, database, roots, keystore: null, hasKeystore });
}

/** Null while this browser's database is opened, or of another organisation. `fault`: it cannot be opened. */
export function useDesk(organisation: string): { readonly desk: Desk | null; readonly fault: unknown } {
  const held = useSyncExternalStore(subscribe, () => desk);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    if (desk?.organisation !== organisation) openDesk(organisation).catch(setFault);
  }, [organisation]);
  return { desk: held?.organisation === organisation ? held : null, fault };
}

/** @throws TrustError EVIDENCE.TRUST_FILE for what is no roots file */
export async function holdRoots(held: Desk, roots: HeldRoots | null): Promise<void> {
  if (roots) readTrustFile(roots.text);
  if (roots) await held.database.put('held', ROOTS, roots);
  else await held.database.delete('held', ROOTS);
  permitted = new Map();
  set({ ...held, roots });
}

/** @throws ClientFailure KEYSTORE.PASSPHRASE, KEYSTORE.PASSPHRASE_SHORT */
export async function unlock(held: Desk, passphrase: string): Promise<void> {
  // A browser that is short of room deletes what it was not asked to keep.
  await navigator.storage.persist().catch(() => false);
  const keystore = await BrowserKeystore.open(held.database, passphrase);
  set({ ...held, keystore, hasKeystore: true });
}

export function lock(held: Desk): void {
  permitted = new Map();
  set({ ...held, keystore: null });
}

/** The own clock of this machine: by it a trustee judges the find-yourself window, not by the platform's. */
export const ownClock = new SystemClock();

/** Signed in as this trustee, with the own roots and keys. The key file is asked for where a reload let go of it. */
export async function trusteeOf(
  { keystore, roots }: Pick<Desk, 'keystore' | 'roots'>,
  held?: Trustee['held'],
): Promise<Trustee> {
  if (!keystore || !roots) throw new Error('not at hand');
  const signer = await getSigner();
  const platform = new Platform(window.location.origin, 4);
  platform.http.authorize(currentSession()?.token ?? '');
  return {
    platform,
    trust: { ...readTrustFile(roots.text), crls: [] },
    signer,
    keystore,
    clock: ownClock,
    progress: () => undefined,
    permitted,
    ...(held ? { held } : {}),
  };
}

/** One piece of work on a lot at a time in all tabs of this browser: two could make two keys for one seat. */
export const alone = <T>(lot: string, work: () => Promise<T>): Promise<T> =>
  navigator.locks.request(`glasshall-trustee-${lot}`, work) as Promise<T>;
