import { useCallback, useSyncExternalStore } from 'react';
import { useSession } from '../session/session-store.ts';

const NONE: readonly string[] = [];
const listeners = new Set<() => void>();
const lists = new Map<string, readonly string[]>();

/** Who follows a tender is a secret too (法22): the list never leaves this browser, and is each organisation's own. */
const keptAs = (organisation: string): string => `glasshall:followed:${organisation}`;

export function followedBy(organisation: string): readonly string[] {
  const list = lists.get(organisation) ?? read(organisation);
  lists.set(organisation, list);
  return list;
}

function read(organisation: string): readonly string[] {
  try {
    const found = JSON.parse(localStorage.getItem(keptAs(organisation)) ?? '[]') as unknown;
    return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : NONE;
  } catch {
    return NONE;
  }
}

/** Follows a lot, or no longer. */
export function toggleFollowed(organisation: string, lot: string): void {
  const list = followedBy(organisation);
  const next = list.includes(lot) ? list.filter((each) => each !== lot) : [lot, ...list];
  lists.set(organisation, next);
  try {
    localStorage.setItem(keptAs(organisation), JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: the list then lasts as long as the page.
  }
  for (const each of listeners) each();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const useOrganisation = (): string => useSession()?.principal.organisationId ?? '';

export function useFollowed(): readonly string[] {
  const organisation = useOrganisation();
  return useSyncExternalStore(subscribe, () => followedBy(organisation));
}

export function useFollow(lot: string): readonly [boolean, () => void] {
  const organisation = useOrganisation();
  const follows = useFollowed().includes(lot);
  const toggle = useCallback(() => toggleFollowed(organisation, lot), [organisation, lot]);
  return [follows, toggle];
}
