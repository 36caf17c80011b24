import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Clock, MINUTE, refuse, RefusalError } from '#kernel';
import type { Instant } from '#kernel';

export interface RateLimits {
  /** Requests a minute from one client address (an IPv6 /64 counts as one), without or with a session. */
  readonly perAddress: number;
  /** Requests a minute with one bearer token. */
  readonly perSession: number;
}

const UNLIMITED = 'glasshall:unlimited';

/** For the operator's probes. */
export const SkipRateLimit = () => SetMetadata(UNLIMITED, true);

/** Beyond this many callers in one minute the longest known are forgotten: memory stays bounded under any flood. */
const MAX_KEYS = 100_000;

/** Requests of the current minute, by caller. Each process counts for itself. */
export class MinuteCounter {
  private window = 0;
  private readonly counts = new Map<string, number>();

  /** Counts one request; false when it is beyond the limit. */
  take(key: string, limit: number, now: Instant): boolean {
    const window = Math.floor(now / MINUTE);
    if (window !== this.window) {
      this.window = window;
      this.counts.clear();
    }
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (this.counts.size > MAX_KEYS) {
      const [oldest] = this.counts.keys();
      if (oldest !== undefined) this.counts.delete(oldest);
    }
    return count <= limit;
  }
}

/** Too many in this minute: the next one begins anew. */
export function tooManyRequests(now: Instant): RefusalError {
  const retryAfterSeconds = Math.ceil((MINUTE - (now % MINUTE)) / 1000);
  return new RefusalError(refuse('WEB.TOO_MANY_REQUESTS', { retryAfterSeconds }).error);
}

/** An IPv6 customer holds at least a /64: counting single addresses would count nobody. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/**
 * The first guard. The session is counted by its token's hash, before the token is looked up: whoever invents tokens
 * runs into the limit of the address. (@nestjs/throttler 6 is CommonJS and requires Nest 12's ES modules, which Jest
 * on Node 20 cannot load.)
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly addresses = new MinuteCounter();
  private readonly sessions = new MinuteCounter();

  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(UNLIMITED, targets)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const now = this.clock.now();
    const address = networkOf(request.ip ?? '');
    let allowed = this.addresses.take(address, this.limits.perAddress, now);
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const session = createHash('sha256').update(authorization).digest('base64url');
      allowed = this.sessions.take(session, this.limits.perSession, now) && allowed;
    }
    if (allowed) return true;
    throw tooManyRequests(now);
  }
}
