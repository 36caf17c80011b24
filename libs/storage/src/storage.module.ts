import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { BlobStore } from './blob-store.ts';

/** Provides BlobStore to every module. */
@Global()
@Module({})
export class StorageModule {
  static forRoot(store: BlobStore): DynamicModule {
    return {
      module: StorageModule,
      providers: [{ provide: BlobStore, useValue: store }],
      exports: [BlobStore],
    };
  }
}
