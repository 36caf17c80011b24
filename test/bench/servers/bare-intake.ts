/** The intake's baseline: Node's own server, every body streamed to a file of its own, SHA-256, fsync. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const folder = process.argv[2] ?? '';
let count = 0;

const server = createServer((request, response) => {
  void (async () => {
    const file = await open(join(folder, String(count++)), 'wx');
    const hash = createHash('sha256');
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
    await file.close();
    response.end(JSON.stringify({ sha256: hash.digest('base64url') }));
  })();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
// An orphan would keep its database and its port.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message === 'usage') process.send?.(process.cpuUsage());
  else process.exit(0);
});
