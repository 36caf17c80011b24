import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What our own libraries are reached by: `#trust` and its like, from package.json, as sources. */
const conditions = ['source', 'module', 'browser', 'import', 'default'];

export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: false,
  esbuild: { jsx: 'automatic' },
  resolve: { conditions },
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es' },
  build: {
    outDir: here('../../dist/apps/portal'),
    emptyOutDir: true,
    target: 'es2022',
    assetsDir: 'assets',
    // A data: address would need more room in the page's policy than a file does.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      // "use client" and misplaced annotations are remarks to other tools; everything else is a fault to look at.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warning.code !== 'INVALID_ANNOTATION') warn(warning);
      },
    },
  },
});
