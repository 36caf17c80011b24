import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { Clock, Settings, SystemClock } from '#kernel';
import { JobsModule } from '#jobs';
import { HallSettings } from '#opening';
import { PersistenceModule } from '#persistence';
import { BlobStore, StorageModule } from '#storage';
import { LogHealth, OutsideTimeSettings, TransparencySettings } from '#transparency';
import { HealthProbes, WebModule } from '#web';
import type { PlatformConfig } from './config.ts';
import { contextModules, contextSchemas } from './contexts.ts';
import { DemoController } from './demo.controller.ts';
import { OverviewController } from './overview.controller.ts';
import { PlatformStateController } from './platform-state.controller.ts';
import { sharedCheck } from './shared-check.ts';
import { readTimeAuthorities } from './time-authorities.ts';

export interface Foundation {
  readonly config: PlatformConfig;
  readonly settings: Settings;
  /** As the application's role. */
  readonly databaseUrl: string;
  readonly blobs: BlobStore;
  readonly logger: Logger;
}

const probesOf =
  (config: PlatformConfig) =>
  (database: DataSource, blobs: BlobStore, log: LogHealth): HealthProbes => ({
    metricsToken: config.metricsToken,
    parts: [
      { name: 'database', check: sharedCheck(async () => void (await database.query('SELECT 1'))) },
      { name: 'objects', check: sharedCheck(() => blobs.check()) },
      { name: 'log', check: sharedCheck(() => log.check()) },
    ],
  });

/** The composition root: what the platform stands on, then every context. No rule lives here. */
@Global()
@Module({})
export class AppModule {
  static forRoot({ config, settings, databaseUrl, blobs, logger }: Foundation): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PersistenceModule.forRoot({
          url: databaseUrl,
          schemas: contextSchemas,
          poolSize: config.databasePool,
          onConnectionLost: (error) => logger.warn({ err: error }, 'database connection lost'),
        }),
        StorageModule.forRoot(blobs),
        JobsModule.forRoot({ url: databaseUrl, role: config.role, logger }),
        WebModule.forRoot({ logger, rateLimits: config.rateLimits }),
        ...contextModules,
      ],
      controllers: [OverviewController, PlatformStateController, DemoController],
      providers: [
        { provide: Settings, useValue: settings },
        { provide: TransparencySettings, useValue: config.log },
        { provide: OutsideTimeSettings, useFactory: () => readTimeAuthorities(config.timeAuthoritiesFile) },
        { provide: HallSettings, useValue: config.hall },
        { provide: Clock, useClass: SystemClock },
        { provide: HealthProbes, useFactory: probesOf(config), inject: [DataSource, BlobStore, LogHealth] },
      ],
      exports: [Settings, TransparencySettings, OutsideTimeSettings, HallSettings, Clock, HealthProbes],
    };
  }
}
