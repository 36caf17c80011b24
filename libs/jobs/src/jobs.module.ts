import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { BackgroundWork } from './background-work.ts';
import { PgBossBackgroundWork } from './pg-boss-background-work.ts';
import { LookAtWork } from './work-state.ts';
import type { BackgroundOptions } from './pg-boss-background-work.ts';

/** Provides BackgroundWork to every module. */
@Global()
@Module({})
export class JobsModule {
  static forRoot(options: BackgroundOptions): DynamicModule {
    return {
      module: JobsModule,
      providers: [
        {
          provide: BackgroundWork,
          useFactory: (unitOfWork: UnitOfWork) => new PgBossBackgroundWork(options, unitOfWork),
          inject: [UnitOfWork],
        },
        {
          provide: LookAtWork,
          useFactory: (unitOfWork: UnitOfWork) => new LookAtWork(unitOfWork),
          inject: [UnitOfWork],
        },
      ],
      exports: [BackgroundWork, LookAtWork],
    };
  }
}
