import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json } from 'express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { refuse, RefusalError } from '#kernel';
import { Metrics } from './metrics.ts';
import { ProblemFilter } from './problem.filter.ts';
import { hasBody } from './request-body.ts';
import { requestLog } from './request-log.ts';
import type { IdentifiedRequest } from './request-log.ts';

export interface HttpOptions {
  readonly logger: Logger;
  /** Number of proxies in front that set X-Forwarded-For; 0: the peer's address is the client's. */
  readonly trustedProxies: number;
  /** HSTS is sent only where clients come by https. */
  readonly https: boolean;
  /** Largest JSON body in bytes. */
  readonly jsonLimit: number;
}

/** Streamed to the handler as they come; every other body must be JSON. */
const RAW = 'application/octet-stream';

function csp(https: boolean, docs: boolean) {
  const self = ["'self'"];
  const nothing = ["'none'"];
  // Swagger UI is served from our own files; its page carries inline styles and data: images.
  const page = docs
    ? {
        scriptSrc: self,
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: self,
      }
    : { styleSrc: self };
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: nothing,
        baseUri: nothing,
        formAction: nothing,
        frameAncestors: nothing,
        ...page,
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
}

/** PostgreSQL stores no NUL in text: such a value can only be a fault or an attack. */
function refuseNul(request: Request, _response: Response, next: NextFunction): void {
  if (request.url.includes('%00')) next(new RefusalError(refuse('WEB.VALUE_REFUSED').error));
  else next();
}

function refuseOtherTypes(request: Request, _response: Response, next: NextFunction): void {
  if (hasBody(request) && !request.is('application/json') && !request.is(RAW)) {
    const facts = { accepted: `application/json, ${RAW}` };
    next(new RefusalError(refuse('WEB.CONTENT_TYPE', facts).error));
  } else next();
}

/** Records are at most 8 deep (PROTOCOL 3); whatever wraps one is a few deeper. */
const MAX_JSON_DEPTH = 32;

/** Brackets open at once, outside of strings: the parser takes thousands, every reader after it is recursive. */
function deepestNesting(body: Buffer): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return deepest;
}

function refuseHarmfulJson(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.includes('\\u0000') || body.includes(0)) throw new Error('NUL in a text');
  if (deepestNesting(body) > MAX_JSON_DEPTH) throw new Error('nested too deeply');
}

/** Middleware in its order; the application is created with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, options: HttpOptions): void {
  const filter = app.get(ProblemFilter);
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustedProxies);
  app.set('query parser', 'simple');
  app.set('etag', false);
  const strict = csp(options.https, false);
  const docs = csp(options.https, true);
  app.use(requestLog(options.logger));
  app.use(app.get(Metrics).middleware);
  app.use((request: Request, response: Response, next: NextFunction) =>
    (/^\/docs(\/|$)/.test(request.path) ? docs : strict)(request, response, next),
  );
  app.use(refuseNul);
  app.use(refuseOtherTypes);
  app.use(
    json({ limit: options.jsonLimit, strict: true, type: 'application/json', verify: refuseHarmfulJson }),
  );
  // Errors of the middleware above never reach Nest's filters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    filter.answer(error, request as IdentifiedRequest, response),
  );
  answerBrokenRequests(app.getHttpServer() as Server);
}

/** Bytes that are not even HTTP: Node's parser refuses them before there is a request. */
function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const large = error.code === 'HPE_HEADER_OVERFLOW';
    const status = large ? '431 Request Header Fields Too Large' : '400 Bad Request';
    const body = JSON.stringify({
      type: 'urn:glasshall:problem:WEB.BAD_REQUEST',
      title: '请求有误',
      titleEn: 'The request is wrong',
      status: large ? 431 : 400,
      code: 'WEB.BAD_REQUEST',
      facts: {},
    });
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nConnection: close\r\n`;
    socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}
