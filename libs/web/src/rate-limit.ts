import { createHash } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerOptions } from '@nestjs/throttler';
import type { Request } from 'express';

export interface RateLimits {
  /** Requests a minute from one client address (an IPv6 /64 counts as one), without or with a session. */
  readonly perAddress: number;
  /** Requests a minute with one bearer token. */
  readonly perSession: number;
}

const MINUTE_MS = 60_000;

const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();

/**
 * Two limits, counted in each process. The session is counted by its token's hash, before the token is looked up:
 * whoever invents tokens runs into the limit of the address.
 */
export const throttlers = (limits: RateLimits): ThrottlerOptions[] => [
  { name: 'address', ttl: MINUTE_MS, limit: limits.perAddress },
  {
    name: 'session',
    ttl: MINUTE_MS,
    limit: limits.perSession,
    skipIf: (context) => requestOf(context).headers.authorization === undefined,
    getTracker: (request) => {
      const { authorization } = (request as Request).headers;
      return createHash('sha256')
        .update(authorization ?? '')
        .digest('base64url');
    },
  },
];
