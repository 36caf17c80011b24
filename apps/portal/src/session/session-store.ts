import { useSyncExternalStore } from 'react';
import type { Signer } from '#trust';
import type { paths } from '../api/platform.ts';

type Answer = paths['/api/v1/auth/session']['post']['responses'][201]['content']['application/json'];
export type Permission = Answer['principal']['permissions'][number];

/** Who is signed in, as the platform said; names are the certificate's. */
export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly principal: Answer['principal'];
  readonly organisation: string;
  readonly person: string;
  /** Of a demonstration: the identity whose key file can be had again. */
  readonly demo: string | null;
}

const KEPT_AS = 'glasshall.session';

/**
 * One session for one tab. The token outlives a reload (sessionStorage, gone with the tab); the key does not: it is
 * held here only, as a key of WebCrypto that no script can read.
 */
let session: Session | null = read();
let signer: Signer | null = null;
const listeners = new Set<() => void>();

function read(): Session | null {
  try {
    const kept = sessionStorage.getItem(KEPT_AS);
    return kept === null ? null : (JSON.parse(kept) as Session);
  } catch {
    return null;
  }
}

function keep(value: Session | null): void {
  try {
    if (value === null) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the session then lasts as long as the page.
  }
}

export function setSession(next: Session | null, key: Signer | null): void {
  session = next;
  signer = next && key;
  keep(next);
  for (const each of listeners) each();
}

export const currentSession = (): Session | null => session;
/** Null where there is none, or where a reload let go of it. */
export const currentSigner = (): Signer | null => signer;
export function setSigner(key: Signer): void {
  signer = key;
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSession = (): Session | null => useSyncExternalStore(subscribe, currentSession);

export const may = (who: Session | null, permission: Permission): boolean =>
  who?.principal.permissions.includes(permission) ?? false;
