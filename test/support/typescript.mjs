// `node --conditions=source --import ./test/support/typescript.mjs FILE.ts`: runs the sources without a build, with
// the same swc settings as the build. Used by tests that start real processes or worker threads, and by `npm run bench`.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
