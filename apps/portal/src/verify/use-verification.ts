import { useCallback, useEffect, useRef, useState } from 'react';
import { fetchLotCertificates } from '../api/platform-state.ts';
import { MAX_CERTIFICATES_BYTES, MAX_RECEIPT_BYTES, textOf } from './limits.ts';
import type { Answer, Finding, Question, Refused, RootsSummary } from './messages.ts';

const start = (): Worker =>
  new Worker(new URL('./verify.worker.ts', import.meta.url), { type: 'module', name: 'verify' });

export interface Roots {
  readonly text: string;
  readonly summary: RootsSummary;
  /** Whether the platform under check handed them out: then they prove little. */
  readonly fromPlatform: boolean;
}

export interface Checking {
  readonly state: 'idle' | 'running' | 'done';
  readonly progress: { readonly read: number; readonly size: number } | null;
  readonly findings: readonly Finding[];
  readonly unreadable: readonly { readonly name: string; readonly refused: Refused }[];
}

const IDLE: Checking = { state: 'idle', progress: null, findings: [], unreadable: [] };

function after(now: Checking, answer: Answer): Checking {
  switch (answer.kind) {
    case 'progress':
      return { ...now, progress: answer };
    case 'evidence':
    case 'receipt':
      return { ...now, findings: [...now.findings, answer] };
    case 'cannot':
      return { ...now, unreadable: [...now.unreadable, answer] };
    case 'done':
      return { ...now, state: 'done' };
    default:
      return now;
  }
}

/** One question, one worker: ending it ends every piece of its work, and frees what it holds. */
function ask(question: Question, hear: (answer: Answer) => void): Worker {
  const worker = start();
  worker.onmessage = ({ data }: MessageEvent<Answer>) => hear(data);
  worker.onerror = () => {
    hear({ kind: 'cannot', name: '', refused: { code: 'PORTAL.WORKER', facts: {} } });
    hear({ kind: 'done' });
  };
  worker.postMessage(question);
  return worker;
}

export function readRoots(text: string): Promise<RootsSummary | Refused> {
  return new Promise((resolve) => {
    const worker = ask({ kind: 'roots', text }, (answer) => {
      worker.terminate();
      if (answer.kind === 'roots') resolve(answer.summary);
      else resolve('refused' in answer ? answer.refused : { code: 'PORTAL.FAULT', facts: {} });
    });
  });
}

export function useVerification() {
  const [checking, setChecking] = useState<Checking>(IDLE);
  const worker = useRef<Worker | null>(null);
  /** Counts the questions: an answer to one that was given up in between begins nothing. */
  const asked = useRef(0);
  const end = useCallback(() => {
    asked.current++;
    worker.current?.terminate();
    worker.current = null;
  }, []);
  const stop = useCallback(() => {
    end();
    setChecking(IDLE);
  }, [end]);
  useEffect(() => end, [end]);
  const check = useCallback(
    async (roots: Roots, files: readonly File[]) => {
      end();
      const mine = asked.current;
      setChecking({ ...IDLE, state: 'running' });
      const certificates = await certificatesFor(files);
      if (mine !== asked.current) return;
      const question = { kind: 'check', roots: roots.text, files, certificates } as const;
      worker.current = ask(question, (answer) => setChecking((now) => after(now, answer)));
    },
    [end],
  );
  return { checking, check, stop };
}

/** PEM files that the reader gave, and, for receipts, the chains that the platform shows for the lot. */
async function certificatesFor(files: readonly File[]): Promise<string[]> {
  const given = await Promise.all(
    files.filter(({ name }) => name.endsWith('.pem')).map((file) => textOf(file, MAX_CERTIFICATES_BYTES)),
  );
  const lots = await Promise.all(files.filter(({ name }) => name.endsWith('.json')).map(lotOf));
  const known = await Promise.all(
    [...new Set(lots)].flatMap((lot) => (lot === null ? [] : [fetchLotCertificates(lot)])),
  );
  return [...given, ...known.flat()];
}

/** The lot that a receipt names; only its id is asked for, and nothing of the receipt leaves the machine. */
async function lotOf(file: File): Promise<string | null> {
  const text = await textOf(file, MAX_RECEIPT_BYTES);
  return /"lot":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? null;
}
