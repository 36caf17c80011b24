import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule, Reflector } from '@nestjs/core';
import type { Logger } from 'pino';
import { Clock } from '#kernel';
import { AccessGuard } from './access.guard.ts';
import { Metrics } from './metrics.ts';
import { OperationsController } from './operations.controller.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RateLimitGuard } from './rate-limit.ts';
import type { RateLimits } from './rate-limit.ts';
import { validationPipe } from './validation.ts';
import './web.problems.ts';

export interface WebOptions {
  readonly logger: Logger;
  readonly rateLimits: RateLimits;
}

/** Guards (rate limit first, then access), validation and the problem filter for every route of every module. */
@Global()
@Module({})
export class WebModule {
  static forRoot(options: WebOptions): DynamicModule {
    const filter = new ProblemFilter(options.logger);
    return {
      module: WebModule,
      imports: [DiscoveryModule],
      controllers: [OperationsController],
      providers: [
        Metrics,
        { provide: ProblemFilter, useValue: filter },
        { provide: APP_FILTER, useValue: filter },
        { provide: APP_PIPE, useFactory: validationPipe },
        {
          provide: APP_GUARD,
          useFactory: (clock: Clock, reflector: Reflector) =>
            new RateLimitGuard(options.rateLimits, clock, reflector),
          inject: [Clock, Reflector],
        },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [Metrics, ProblemFilter, DiscoveryModule],
    };
  }
}
