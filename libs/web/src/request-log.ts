import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import type { Request } from 'express';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';

export interface IdentifiedRequest extends Request {
  /** Ours, a random UUID: one from outside could forge the log or be used to trace a person. */
  id: string;
}

/** Names under which secrets travel; whatever logs an object with one of them logs `[redacted]`. */
const SECRET = [
  'authorization',
  'cookie',
  'token',
  'password',
  'secret',
  'seed',
  'share',
  'signature',
  'signatures',
  'sig',
];

const REDACT = [
  'req.headers',
  'res.headers',
  ...SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
];

export function createLogger(level: string): Logger {
  return pino({ level, redact: { paths: REDACT, censor: '[redacted]' }, base: null });
}

/**
 * Sealed bids are not named beside an address (PROTOCOL section 6: who submitted what is readable nowhere before the
 * opening): neither the commitment nor the lot of what comes in, nor that it was a bid or a part of one. Nor is it
 * told who took documents or the lot's key, asked about them, came to the hall too early, opened the page where a bid is
 * made, or looked up a certificate, which may be its own (法22, 20号令21): it looks the same.
 */
const SEALED = new RegExp(
  [
    '^/api/v1/(bids|certificates)/',
    '^/api/v1/lots/[^/]*/(bids|moves|documents|questions|lotkey|opening/attendance)(/|$)',
    '^/bids(/|$)',
    '^/lots/[^/]*/(bid|hall)(/|$)',
  ].join('|'),
  'i',
);

/** The request's path without its query, as the log may show it. */
export function loggedPath(url: string): string {
  const path = url.split('?')[0] ?? '';
  return SEALED.test(path) ? '/api/v1/[sealed]' : path;
}

/** One line per request: who (address), what (method and path), how it ended. No header, no query, no body. */
export const requestLog = (logger: Logger) =>
  pinoHttp<IncomingMessage, ServerResponse>({
    logger,
    genReqId: (_request, response) => {
      const id = randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'warn' : 'info'),
    customErrorMessage: () => 'request failed',
    customSuccessMessage: () => 'request',
    // The filter has logged the error itself already.
    customErrorObject: (_request, _response, _error, line: object) => ({ ...line, err: undefined }),
    serializers: {
      req: (request: { id: string; method: string; url: string; remoteAddress: string }) => ({
        id: request.id,
        method: request.method,
        path: loggedPath(request.url),
        address: request.remoteAddress,
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });

/** Nest's own messages in the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ details: rest.map(String) }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
}
