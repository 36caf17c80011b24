/** The API's baseline: Node's own server that sends the same statements through bare `pg`, one after the other. */
import { createServer } from 'node:http';
import pg from 'pg';

const { url, statements } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  statements: { text: string; values: unknown[] }[];
};
const revived = statements.map(({ text, values }) => ({
  text,
  // A Buffer comes through JSON as {type, data}.
  values: values.map((value) => {
    const bytes = value as { type?: string; data?: number[] } | null;
    return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []) : value;
  }),
}));
const pool = new pg.Pool({ connectionString: url, max: 20 });

const server = createServer((_request, response) => {
  void (async () => {
    const rows: unknown[] = [];
    for (const { text, values } of revived) rows.push((await pool.query(text, values)).rows);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(rows));
  })();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('disconnect', () => process.exit(1));
process.on('message', () => process.exit(0));
