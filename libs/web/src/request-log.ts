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
        path: request.url.split('?')[0],
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
