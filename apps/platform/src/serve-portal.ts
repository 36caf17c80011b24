import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/** What the portal's build puts in place of a nonce; every answer has its own. */
const NONCE = '__CSP_NONCE__';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** First segments that belong to the API, the log and the operator; the portal has no page below them. */
const RESERVED = /^\/(api|docs|docs-json|log|health|metrics)(\/|$)/;

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

export interface PortalFiles {
  readonly page: string;
  /** By path: `/assets/NAME-HASH.js`. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Where `npm run build` puts the portal, seen from this file's source and from its compiled form. */
export function portalFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'dist/apps/portal');
}

/** All of it, once: about 2 MB, and a build that runs later takes nothing away. Null where none was built. */
export async function readPortal(folder: string): Promise<PortalFiles | null> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
  if (page === null) return null;
  const names = await readdir(join(folder, 'assets'));
  const assets = await Promise.all(
    names.map(async (name) => {
      const plain = await readFile(join(folder, 'assets', name));
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return [`/assets/${name}`, { type, plain, zipped: await promisify(gzip)(plain) }] as const;
    }),
  );
  return { page, assets: new Map(assets) };
}

/**
 * The portal's pages and files, before the API's routes. Scripts come from this origin alone; style elements carry
 * the answer's nonce (Ant Design writes them at run time); nothing may frame, post or load from elsewhere. Files keep
 * the API's policy, `default-src 'none'`: the worker that checks evidence cannot open a connection at all.
 */
export function servePortal(app: NestExpressApplication, { page, assets }: PortalFiles): void {
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const asset = assets.get(request.path);
    if (asset) return sendAsset(request, response, asset);
    if (!isPage(request)) return next();
    const nonce = randomBytes(16).toString('base64');
    response.setHeader('Content-Security-Policy', policy(nonce));
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(page.replaceAll(NONCE, nonce));
  });
}

/** A path that the portal's router may know: outside of what is reserved, and without an extension. */
const isPage = ({ path }: Request): boolean => !RESERVED.test(path) && extname(path) === '';

function sendAsset(request: Request, response: Response, { type, plain, zipped }: Asset): void {
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.setHeader('Vary', 'Accept-Encoding');
  const accepts = request.acceptsEncodings('gzip') === 'gzip';
  if (accepts) response.setHeader('Content-Encoding', 'gzip');
  response.send(accepts ? zipped : plain);
}

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
