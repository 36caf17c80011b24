import type { IncomingMessage } from 'node:http';

/** Whether a request announces a body (RFC 9112 section 6.3). */
export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
