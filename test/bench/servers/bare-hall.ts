/** The least that must be done: a bare HTTP server that writes one event to every open answer. */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const open = new Set<ServerResponse>();
let seq = 0;

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: hello\ndata: {"serverTime":"","head":0}\n\n');
  response.socket?.setNoDelay(true);
  open.add(response);
});

// An orphan would keep its database and its port.
process.on('disconnect', () => process.exit(1));
process.on('message', (question) => {
  if (question === 'stop') process.exit(0);
  seq += 1;
  const event = { seq, kind: question, c: null, facts: { n: 1 }, at: '2026-01-01T00:00:00.000Z' };
  const bytes = Buffer.from(`id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`);
  for (const response of open) response.write(bytes);
  process.send?.('said');
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}`, lotId: 'none' });
});
