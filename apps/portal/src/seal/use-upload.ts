import { useCallback, useEffect, useRef, useState } from 'react';
import type { SubmissionStep } from '#client';
import { isPassing } from './passing.ts';
import { submitStored } from './submission.ts';
import type { StoredPackage } from './package-store.ts';
import type { Pace } from './use-sealing.ts';

const PART_BYTES = 8 * 1024 * 1024;
/** With no connection: asked again after so long, or as soon as the browser says that there is one. */
const RETRY_MS = 4_000;

export type Upload =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly pace: Pace | null }
  | { readonly phase: 'finishing' }
  | { readonly phase: 'waiting' }
  | { readonly phase: 'failed'; readonly error: unknown };

/**
 * Sends a package, and goes on by itself after a lost connection: the platform is asked for what is missing each time.
 * Leaving the page stops it; nothing is lost by that.
 */
export function useUpload(changed: () => void) {
  const [upload, setUpload] = useState<Upload>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const start = useCallback(
    async (stored: StoredPackage, replaced: StoredPackage | null, roots: string): Promise<void> => {
      abort.current?.abort();
      const controller = new AbortController();
      abort.current = controller;
      const { signal } = controller;
      const total = stored.commit.envelopes.reduce((sum, { length }) => sum + length, 0);
      const startedAt = performance.now();
      let before: number | null = null;
      const progress = (step: SubmissionStep): void => {
        if (step.step === 'arrived') {
          // The page now knows it as begun, should the deadline come before the end.
          changed();
        } else if (step.step === 'stored') setUpload({ phase: 'finishing' });
        else {
          const done = Math.max(0, total - (step.of - step.done) * PART_BYTES);
          before ??= Math.max(0, done - step.bytes);
          setUpload({
            phase: 'running',
            pace: { done: done - before, total: total - before, startedAt },
          });
        }
      };
      setUpload({ phase: 'running', pace: null });
      for (;;) {
        try {
          await submitStored(stored, replaced, roots, progress, signal);
          setUpload({ phase: 'idle' });
          return changed();
        } catch (error) {
          if (signal.aborted) return;
          if (!isPassing(error)) {
            setUpload({ phase: 'failed', error });
            return changed();
          }
        }
        setUpload({ phase: 'waiting' });
        await connectionOrPause(signal);
        if (signal.aborted) return;
      }
    },
    [changed],
  );
  return { upload, start };
}

const connectionOrPause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, RETRY_MS);
    addEventListener('online', done);
    signal.addEventListener('abort', done, { once: true });
  });
