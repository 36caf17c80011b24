import type { Refused } from '../verify/messages.ts';
import type { Answer, Question, SignatureMade } from './messages.ts';

/** What the worker refused, by its code; the page has the words. */
export class WorkRefused extends Error {
  constructor(readonly refused: Refused) {
    super(refused.code);
    this.name = 'WorkRefused';
  }
}

type Final = Exclude<Answer, { readonly kind: 'progress' | 'sign' | 'failed' }>;

export interface Call {
  readonly progress?: (done: number, total: number) => void;
  readonly sign?: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Ends the worker at once, and with it everything that it holds. */
  readonly signal?: AbortSignal;
}

/**
 * One question, one fresh worker, which is ended with its answer.
 * @throws WorkRefused; the signal's reason; what `sign` throws
 */
export function ask<K extends Final['kind']>(
  question: Question,
  kind: K,
  call: Call = {},
): Promise<Extract<Final, { readonly kind: K }>> {
  const worker = new Worker(new URL('./seal.worker.ts', import.meta.url), { type: 'module', name: 'seal' });
  return new Promise<Extract<Final, { readonly kind: K }>>((resolve, reject) => {
    const stop = (): void => reject(call.signal?.reason as Error);
    if (call.signal?.aborted) return stop();
    call.signal?.addEventListener('abort', stop, { once: true });
    worker.onerror = () => reject(new WorkRefused({ code: 'PORTAL.WORKER', facts: {} }));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'progress') call.progress?.(data.done, data.total);
      else if (data.kind === 'sign') void signFor(worker, data.bytes, call).catch(reject);
      else if (data.kind === 'failed') reject(new WorkRefused(data.refused));
      else if (data.kind === kind) resolve(data as Extract<Final, { readonly kind: K }>);
    };
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}

async function signFor(worker: Worker, bytes: Uint8Array, { sign }: Call): Promise<void> {
  if (!sign) throw new WorkRefused({ code: 'PORTAL.FAULT', facts: { error: 'sign' } });
  worker.postMessage({ kind: 'signature', signature: await sign(bytes) } satisfies SignatureMade);
}
