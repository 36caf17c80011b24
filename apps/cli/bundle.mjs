/**
 * Packs the compiled `glasshall` and what it stands on into dist/glasshall: a folder that runs on Node alone, so that a
 * trustee or a bidder can copy, hash and keep it. It also starts in half the time of several hundred modules.
 */
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const outdir = `${dist}glasshall`;
// Threads and the self-test's process are found by name beside the module that starts them: all in one folder.
const threads = ['segment.worker', 'leaf.worker', 'self-test.process'];

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    glasshall: `${dist}apps/cli/src/main.js`,
    ...Object.fromEntries(threads.map((name) => [name, `${dist}libs/trust/src/node/${name}.js`])),
  },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS packages ask for Node's own modules by `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
// Says how the files are to be read wherever the folder is copied to.
await writeFile(`${outdir}/package.json`, '{ "type": "module" }\n');
await chmod(`${outdir}/glasshall.js`, 0o755);
