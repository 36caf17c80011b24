import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Header, HttpCode, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { refuse, RefusalError } from '#kernel';
import { Public } from './access.ts';
import { Metrics } from './metrics.ts';
import { SkipRateLimit } from './rate-limit.ts';

/** What readiness asks about; provided by the composition root. */
export abstract class HealthProbes {
  /** Each resolves when its part answers, and throws when it does not. */
  abstract readonly parts: readonly { readonly name: string; check(): Promise<void> }[];
  /** Bearer token for /metrics; null: only this machine may read them. */
  abstract readonly metricsToken: string | null;
}

/** For the operator's machines: liveness, readiness, metrics. */
@ApiExcludeController()
@SkipRateLimit()
@Controller()
export class OperationsController {
  constructor(
    private readonly probes: HealthProbes,
    private readonly metrics: Metrics,
  ) {}

  /** The process runs; says nothing of what it stands on, so that nobody restarts it for a database that is away. */
  @Get('health/live')
  @Public()
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('health')
  @Public()
  @HttpCode(200)
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const states = await Promise.all(
      this.probes.parts.map(
        async ({ name, check }) =>
          [
            name,
            await check().then(
              () => 'up',
              () => 'down',
            ),
          ] as const,
      ),
    );
    const up = states.every(([, state]) => state === 'up');
    if (!up) response.status(503).setHeader('Retry-After', '2');
    return { status: up ? 'up' : 'down', parts: Object.fromEntries(states) };
  }

  @Get('metrics')
  @Public()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async read(@Req() request: Request): Promise<string> {
    if (!this.mayRead(request)) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    return this.metrics.registry.metrics();
  }

  private mayRead(request: Request): boolean {
    const { metricsToken } = this.probes;
    if (metricsToken !== null) {
      const given = Buffer.from(request.get('x-metrics-token') ?? '');
      const wanted = Buffer.from(metricsToken);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    }
    // Forwarded by a proxy on this machine means: from somewhere else.
    if (request.headers['x-forwarded-for'] !== undefined) return false;
    return /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
  }
}
