import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { createDataSource } from './data-source.ts';
import type { DatabaseOptions } from './data-source.ts';
import { Notifications, PgNotifications } from './notifications.ts';
import { TypeormUnitOfWork } from './typeorm-unit-of-work.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** Provides UnitOfWork, Notifications (and TypeORM's DataSource, for health checks) to every module. */
@Global()
@Module({})
export class PersistenceModule {
  static forRoot(options: DatabaseOptions): DynamicModule {
    const dataSource = createDataSource(options);
    return {
      module: PersistenceModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: () => dataSource.initialize(),
        }),
      ],
      providers: [
        {
          provide: UnitOfWork,
          useFactory: (source: DataSource) => new TypeormUnitOfWork(source),
          inject: [DataSource],
        },
        {
          provide: Notifications,
          useFactory: () =>
            new PgNotifications({
              url: options.url,
              ...(options.onConnectionLost && { onConnectionLost: options.onConnectionLost }),
            }),
        },
      ],
      exports: [UnitOfWork, Notifications, TypeOrmModule],
    };
  }
}
