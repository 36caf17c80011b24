import { useEffect, useRef, useState } from 'react';
import { useRun } from '../ui/use-run.ts';
import type { Say } from './actor.ts';

export interface Act {
  readonly busy: boolean;
  readonly said: readonly string[];
  readonly fault: unknown;
  run(work: (say: Say, signal: AbortSignal) => Promise<void>): void;
}

/** One thing at a time that others do on the reader's word; leaving the page ends it. */
export function useAct(done: () => void): Act {
  const { busy, fault, run: begin } = useRun();
  const [said, setSaid] = useState<readonly string[]>([]);
  const ending = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    ending.current = controller;
    return () => controller.abort();
  }, []);
  const run: Act['run'] = (work) => {
    const { signal } = ending.current;
    setSaid([]);
    void begin(async () => {
      await work((line) => setSaid((lines) => [...lines, line]), signal);
      done();
    });
  };
  return { busy, said, fault, run };
}
