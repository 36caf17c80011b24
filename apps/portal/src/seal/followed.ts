import { useCallback, useSyncExternalStore } from 'react';

/** Who follows a tender is a secret too (法22): the list never leaves this browser. */
const KEPT_AS = 'glasshall.followed';
const NONE: readonly string[] = [];
const listeners = new Set<() => void>();
let followed: readonly string[] = read();

function read(): readonly string[] {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS) ?? '[]') as unknown;
    return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : NONE;
  } catch {
    return NONE;
  }
}

function change(next: readonly string[]): void {
  followed = next;
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: the list then lasts as long as the page.
  }
  for (const each of listeners) each();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useFollowed = (): readonly string[] => useSyncExternalStore(subscribe, () => followed);

export function useFollow(lot: string): readonly [boolean, () => void] {
  const list = useFollowed();
  const follows = list.includes(lot);
  const toggle = useCallback(() => {
    change(followed.includes(lot) ? followed.filter((each) => each !== lot) : [lot, ...followed]);
  }, [lot]);
  return [follows, toggle];
}
