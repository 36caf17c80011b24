/** The real intake in a process of its own, with one keyed lot; ends when it is told to. */
import 'reflect-metadata';
import pg from 'pg';
import { createIntakeApp } from '../../support/intake-app.ts';

const app = await createIntakeApp({ poolSize: 20 });
const { lotId, lotKey } = await app.addLot();

/** Statements of the requests since the last question, as they went to the database. */
const seen: { text: string; values: unknown[] }[] = [];
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function recorded(this: pg.Client, ...args: unknown[]): unknown {
  if (typeof args[0] === 'string')
    seen.push({ text: args[0], values: Array.isArray(args[1]) ? args[1] : [] });
  return query.apply(this, args);
} as typeof pg.Client.prototype.query;

process.send?.({ url: app.url, token: app.session('bench'), lotId, lotKey, databaseUrl: app.database.url });
// An orphan would keep its database and its port.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message === 'statements') process.send?.(seen.splice(0));
  else if (message === 'usage') process.send?.(process.cpuUsage());
  else void app.close().then(() => process.exit(0));
});
