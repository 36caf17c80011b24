import '../verify/no-eval.ts';
import type { Answer, Question, SignatureMade } from './messages.ts';
import { work } from './work.ts';

/**
 * The thread that checks the lot's key, seals and tests. Its own policy is `default-src 'none'`
 * (apps/platform/src/serve-portal.ts): what it holds in plain cannot be sent from here, whatever is in this code.
 */
let waiting: ((signature: Uint8Array) => void) | null = null;
const tell = (answer: Answer): void => postMessage(answer);
const sign = (bytes: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve) => {
    waiting = resolve;
    tell({ kind: 'sign', bytes });
  });

addEventListener('message', ({ data }: MessageEvent<Question | SignatureMade>) => {
  if (data.kind === 'signature') waiting?.(data.signature);
  else void work(data, tell, sign);
});
