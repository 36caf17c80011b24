import { useEffect, useRef, useState } from 'react';
import type { Say } from './actor.ts';

export interface Act {
  readonly busy: boolean;
  readonly said: readonly string[];
  readonly fault: unknown;
  run(work: (say: Say, signal: AbortSignal) => Promise<void>): void;
}

/** One thing at a time that others do on the reader's word; leaving the page ends it. */
export function useAct(done: () => void): Act {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<unknown>(null);
  const ending = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    ending.current = controller;
    return () => controller.abort();
  }, []);
  const run: Act['run'] = (work) => {
    const { signal } = ending.current;
    setBusy(true);
    setSaid([]);
    setFault(null);
    work((line) => setSaid((lines) => [...lines, line]), signal)
      .then(done, (error: unknown) => {
        if (!signal.aborted) setFault(error);
      })
      .finally(() => setBusy(false));
  };
  return { busy, said, fault, run };
}
