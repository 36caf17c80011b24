import './no-eval.ts';
import { answer } from './check-files.ts';
import type { Answer, Question } from './messages.ts';

/**
 * The thread that checks. Its own policy is `default-src 'none'` (apps/platform/src/serve-portal.ts): whatever is in
 * this code or in a file, nothing can be sent from here.
 */
const tell = (message: Answer): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  answer(data, tell).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : '';
    tell({ kind: 'cannot', name: '', refused: { code: 'PORTAL.FAULT', facts: { error: name } } });
    tell({ kind: 'done' });
  });
});
