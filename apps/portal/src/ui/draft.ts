import { useCallback, useState } from 'react';
import { useSession } from '../session/session-store.ts';

/**
 * What was typed and not yet sent: kept on this machine (localStorage) for this organisation, so that a reload, a power
 * cut or the end of a session loses nothing. `key` names the form and its subject. Small JSON only, no files, no keys.
 * `clear` forgets it: after it was sent, or when the reader says so. `common`: of this machine, whoever is signed in.
 */
export function useDraft<T>(
  key: string,
  initial: T,
  common = false,
): readonly [T, (next: T) => void, () => void] {
  const session = useSession();
  const organisation = common ? '' : (session?.principal.organisationId ?? '');
  const name = nameOf(organisation, key);
  const [state, setState] = useState(() => ({ name, value: read(name, initial) }));
  // Another form's draft, or another organisation's: never shown for this one.
  const value = state.name === name ? state.value : read(name, initial);
  const set = useCallback(
    (next: T) => {
      setState({ name, value: next });
      write(name, JSON.stringify(next));
    },
    [name],
  );
  const clear = useCallback(() => {
    setState({ name, value: initial });
    write(name, null);
    // `initial` is the form's constant.
  }, [name, initial]);
  return [value, set, clear];
}

const nameOf = (organisation: string, key: string): string => `glasshall:draft:${organisation}:${key}`;

/** Where the form is not on the page. */
export const forgetDraft = (organisation: string, key: string): void =>
  write(nameOf(organisation, key), null);

function read<T>(name: string, initial: T): T {
  try {
    const kept = localStorage.getItem(name);
    return kept === null ? initial : (JSON.parse(kept) as T);
  } catch {
    return initial;
  }
}

function write(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // A browser that keeps nothing: the draft then lasts as long as the page.
  }
}
