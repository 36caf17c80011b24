import { useCallback, useEffect, useState } from 'react';
import { readRoots } from '../verify/use-verification.ts';
import type { Roots } from '../verify/use-verification.ts';

const KEPT_AS = 'glasshall.roots';

interface Kept {
  readonly text: string;
  readonly fromPlatform: boolean;
}

function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}

function keep(roots: Roots | null): void {
  try {
    if (roots === null) localStorage.removeItem(KEPT_AS);
    else
      localStorage.setItem(KEPT_AS, JSON.stringify({ text: roots.text, fromPlatform: roots.fromPlatform }));
  } catch {
    // A browser that keeps nothing: the roots are asked for again.
  }
}

/** The roots that this browser's user chose, once: the same for every lot and every later visit. */
export function usePinnedRoots(): readonly [Roots | null, (roots: Roots | null) => void] {
  const [roots, setRoots] = useState<Roots | null>(null);
  useEffect(() => {
    const before = kept();
    if (!before) return;
    let gone = false;
    void readRoots(before.text).then((read) => {
      if (!gone && !('code' in read)) setRoots({ ...before, summary: read });
    });
    return () => {
      gone = true;
    };
  }, []);
  const change = useCallback((next: Roots | null) => {
    keep(next);
    setRoots(next);
  }, []);
  return [roots, change];
}
