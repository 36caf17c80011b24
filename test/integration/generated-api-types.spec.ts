import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestApp } from '../support/test-app.ts';

const TYPES = 'apps/portal/src/api/platform.ts';

/** What openapi-typescript makes of the API's document; the program, not its library: it wants a compiler of its own. */
function typesOf(document: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'glasshall-types-'));
  try {
    const [from, to] = [join(folder, 'api.json'), join(folder, 'api.ts')];
    writeFileSync(from, JSON.stringify(document));
    const program = 'node_modules/openapi-typescript/bin/cli.js';
    execFileSync(process.execPath, [program, from, '--output', to], { stdio: 'pipe' });
    return readFileSync(to, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('the portal’s types are those of the API’s document (npm run docs writes them)', async () => {
  const platform = await createTestApp();
  try {
    const document = (await (await fetch(`${platform.url}/docs-json`)).json()) as unknown;
    const types = typesOf(document);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(TYPES, types);
    expect(readFileSync(TYPES, 'utf8')).toBe(types);
  } finally {
    await platform.close();
  }
});
