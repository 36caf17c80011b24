import { useCallback, useRef, useState } from 'react';
import type { DocumentRef, LotKey, OpeningSheet } from '#trust';
import { getSigner } from '../session/signing.ts';
import type { ChosenFile, PackagePlace } from './messages.ts';
import { lockOf, removePackage, writeNote } from './package-store.ts';
import type { PackageNote, StoredPackage } from './package-store.ts';
import { packageFolder } from './private-files.ts';
import { WorkRefused, ask } from './worker-call.ts';

export interface SealTask {
  readonly organisation: string;
  readonly lotKey: LotKey;
  readonly documents: readonly DocumentRef[];
  readonly sheet: OpeningSheet;
  readonly files: readonly ChosenFile[];
  readonly replaces: StoredPackage | null;
  readonly about: Pick<PackageNote, 'lot' | 'lotName' | 'projectName' | 'sealedAt'>;
}

/** Bytes so far; `startedAt` by this machine's steady clock, so that the time left can be told. */
export interface Pace {
  readonly done: number;
  readonly total: number;
  readonly startedAt: number;
}

export type Sealing =
  | { readonly phase: 'idle' }
  | { readonly phase: 'sealing' | 'testing'; readonly pace: Pace | null }
  | { readonly phase: 'failed'; readonly step: 'sealing' | 'testing'; readonly code: string };

const MACHINE = 'glasshall.machine';

/**
 * One browser, one value; random, it says nothing about the machine. What the command line puts here comes from the
 * machine itself: the law lets authorities compare it (条例40), and a page cannot know it.
 */
async function machineOfBrowser(): Promise<string> {
  const { b64u } = await import('#trust');
  const kept = localStorage.getItem(MACHINE);
  if (kept !== null && /^[\w-]{43}$/.test(kept)) return kept;
  const made = b64u.encode(crypto.getRandomValues(new Uint8Array(32)));
  localStorage.setItem(MACHINE, made);
  return made;
}

const codeOf = (error: unknown): string =>
  error instanceof WorkRefused ? error.refused.code : error instanceof Error ? error.name : '';

/** Seals in one worker, tests in another, and leaves nothing of a package that is not good. */
export function useSealing(finished: () => void) {
  const [sealing, setSealing] = useState<Sealing>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);

  const step = useCallback((phase: 'sealing' | 'testing') => {
    const startedAt = performance.now();
    setSealing({ phase, pace: null });
    return (done: number, total: number) => setSealing({ phase, pace: { done, total, startedAt } });
  }, []);

  const run = useCallback(
    async (task: SealTask): Promise<void> => {
      const controller = new AbortController();
      abort.current = controller;
      // A browser that is short of room deletes what it was not asked to keep; the page then says so (NotKept).
      await navigator.storage.persist().catch(() => false);
      const place = { organisation: task.organisation, id: crypto.randomUUID() };
      await navigator.locks.request(lockOf(place), async () => {
        let at: 'sealing' | 'testing' = 'sealing';
        try {
          await sealTask(place, task, { progress: step(at), signal: controller.signal });
          at = 'testing';
          const note = noteOf(task);
          await testTask(place, task.files, { progress: step(at), signal: controller.signal });
          await writeNote(place, { ...note, tested: true });
          setSealing({ phase: 'idle' });
          finished();
        } catch (error) {
          await removePackage(place);
          const stopped = controller.signal.aborted || (error as Error).name === 'SignCancelled';
          setSealing(stopped ? { phase: 'idle' } : { phase: 'failed', step: at, code: codeOf(error) });
        }
      });
    },
    [step, finished],
  );
  const cancel = useCallback(() => abort.current?.abort(new DOMException('stopped', 'AbortError')), []);
  return { sealing, run, cancel };
}

const noteOf = ({ about, files, replaces }: SealTask): PackageNote => ({
  ...about,
  files: files.map(({ e, path, file }) => ({ e, path, size: file.size })),
  tested: false,
  kept: false,
  replaces: replaces?.place.id ?? null,
});

interface Watched {
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

async function sealTask(place: PackagePlace, task: SealTask, watched: Watched): Promise<void> {
  const signer = await getSigner();
  const { toPem } = await import('#trust');
  await packageFolder(place, { create: true });
  await writeNote(place, noteOf(task));
  const question = {
    kind: 'seal' as const,
    place,
    lotKey: task.lotKey,
    documents: task.documents,
    sheet: task.sheet,
    files: task.files,
    chain: toPem([signer.certificate, ...signer.chain]),
    supersedes: task.replaces?.c ?? null,
    machine: await machineOfBrowser(),
  };
  await ask(question, 'sealed', { ...watched, sign: (bytes) => signer.sign(bytes) });
}

/** @throws WorkRefused with the report's reason */
async function testTask(place: PackagePlace, files: readonly ChosenFile[], watched: Watched): Promise<void> {
  const { report } = await ask({ kind: 'test', place, files }, 'tested', watched);
  if (!report.ok) throw new WorkRefused({ code: report.code ?? '', facts: report.facts });
}
