/** One process with an opening hall, for viewers of another process. */
import { SessionStore } from '../../../libs/opening/src/application/session-store.ts';
import { createOpeningApp } from '../../support/opening-app.ts';
import { view } from '../../support/opening-quorum.ts';

const app = await createOpeningApp();
// The session, so that something can be said.
await view(app);
const sessions = app.app.get(SessionStore);

// An orphan would keep its database and its port.
process.on('disconnect', () => process.exit(1));
process.on('message', (question) => void answer(String(question)));

async function answer(question: string): Promise<void> {
  if (question === 'stop') {
    await app.close();
    process.exit(0);
  }
  if (question === 'memory') {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ rss, heapUsed });
    return;
  }
  // What `question` names is said; the answer is sent when it is committed.
  await app.database.unitOfWork.run((tx) => sessions.say(tx, app.lotId, question, null, { n: 1 }));
  process.send?.('said');
}

process.send?.({ url: app.url, lotId: app.lotId });
