import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { RefusalError } from '#kernel';
import { problemFor } from './problem.ts';
import { hasBody } from './request-body.ts';
import type { IdentifiedRequest } from './request-log.ts';

const RETRY_AFTER_SECONDS = '2';

/** Every error leaves as application/problem+json; nothing about our insides leaves with it. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<IdentifiedRequest>(), http.getResponse<Response>());
  }

  answer(error: unknown, request: IdentifiedRequest, response: Response): void {
    const { problem, severity } = problemFor(error, request.id);
    const context = { requestId: request.id, code: problem.code };
    if (severity === 'fault') {
      const unmapped = error instanceof RefusalError ? { unmapped: error.refusal.code } : {};
      this.logger.error({ ...context, ...unmapped, err: error }, 'request failed');
    } else if (severity === 'unavailable')
      this.logger.warn({ ...context, err: error }, 'storage unavailable');
    // Half an answer is out: only a broken connection tells the client that it is not whole.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    const wait = problem.facts['retryAfterSeconds'];
    if (problem.status === 429 && wait !== undefined) response.setHeader('Retry-After', String(wait));
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="glasshall"');
    // A body that nobody will read: answer, then close, instead of taking gigabytes in.
    if (hasBody(request) && !request.complete) response.setHeader('Connection', 'close');
    response.removeHeader('Content-Disposition');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}
