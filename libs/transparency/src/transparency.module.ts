import './http/transparency.problems.ts';
import { Global, Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Clock, HOUR, Settings } from '#kernel';
import { BackgroundWork } from '#jobs';
import { UnitOfWork } from '#persistence';
import { BlobStore } from '#storage';
import { AssembleEvidence } from './application/assemble-evidence.ts';
import { AuditLog } from './application/audit-log.ts';
import { ConfidentialReads } from './application/confidential-reads.ts';
import { EvidenceRegistry } from './application/evidence-registry.ts';
import { LogHealth } from './application/log-health.ts';
import { OutsideTimeSettings } from './application/outside-time-settings.ts';
import { OutsideTimes } from './application/outside-times.ts';
import { PlatformTransparency } from './application/platform-transparency.ts';
import { ReadLog } from './application/read-log.ts';
import { SequenceLog } from './application/sequence-log.ts';
import { ServeLog } from './application/serve-log.ts';
import { TransparencySettings } from './application/transparency-settings.ts';
import { Transparency } from './application/transparency.ts';
import { EvidenceController } from './http/evidence.controller.ts';
import { LogController } from './http/log.controller.ts';
import { openKeyStore } from './infrastructure/key-store.ts';
import type { KeyStore } from './infrastructure/key-store.ts';
import { LogStore } from './infrastructure/log-store.ts';
import { OutsideTimeStore } from './infrastructure/outside-time-store.ts';
import { TileStore } from './infrastructure/tile-store.ts';

/** Token of the {@link KeyStore}: nobody outside of this module may inject it. */
const KEYS = Symbol('transparency.keys');

type TransparencyDoors = [UnitOfWork, Clock, KeyStore, LogStore, ReadLog, EvidenceRegistry, OutsideTimes];

/** Provides {@link Transparency} to every context; runs the log's sequencer in workers. */
@Global()
@Module({
  controllers: [LogController, EvidenceController],
  providers: [
    LogStore,
    OutsideTimeStore,
    ConfidentialReads,
    EvidenceRegistry,
    { provide: KEYS, useFactory: openKeyStore, inject: [Settings, TransparencySettings, Clock] },
    { provide: TileStore, useFactory: (blobs: BlobStore) => new TileStore(blobs), inject: [BlobStore] },
    {
      provide: AuditLog,
      useFactory: (unitOfWork: UnitOfWork, store: LogStore, tiles: TileStore, keys: KeyStore) =>
        new AuditLog(unitOfWork, store, tiles, keys.log),
      inject: [UnitOfWork, LogStore, TileStore, KEYS],
    },
    {
      provide: SequenceLog,
      useFactory: (
        unitOfWork: UnitOfWork,
        store: LogStore,
        tiles: TileStore,
        keys: KeyStore,
        audit: AuditLog,
      ) => new SequenceLog(unitOfWork, store, tiles, keys.log, audit),
      inject: [UnitOfWork, LogStore, TileStore, KEYS, AuditLog],
    },
    {
      provide: ReadLog,
      useFactory: (
        unitOfWork: UnitOfWork,
        store: LogStore,
        tiles: TileStore,
        sequence: SequenceLog,
        keys: KeyStore,
      ) => new ReadLog(unitOfWork, store, tiles, sequence, keys.log),
      inject: [UnitOfWork, LogStore, TileStore, SequenceLog, KEYS],
    },
    {
      provide: OutsideTimes,
      useFactory: (
        unitOfWork: UnitOfWork,
        log: LogStore,
        store: OutsideTimeStore,
        settings: OutsideTimeSettings,
      ) => new OutsideTimes(unitOfWork, log, store, settings),
      inject: [UnitOfWork, LogStore, OutsideTimeStore, OutsideTimeSettings],
    },
    {
      provide: Transparency,
      useFactory: (...[unitOfWork, clock, keys, store, read, evidence, outside]: TransparencyDoors) =>
        new PlatformTransparency({ unitOfWork, clock, keys, store, read, evidence, outside }),
      inject: [UnitOfWork, Clock, KEYS, LogStore, ReadLog, EvidenceRegistry, OutsideTimes],
    },
    {
      provide: AssembleEvidence,
      useFactory: (read: ReadLog, evidence: EvidenceRegistry, transparency: Transparency) =>
        new AssembleEvidence(read, evidence, transparency),
      inject: [ReadLog, EvidenceRegistry, Transparency],
    },
    {
      provide: ServeLog,
      useFactory: (read: ReadLog, tiles: TileStore) => new ServeLog(read, tiles),
      inject: [ReadLog, TileStore],
    },
    {
      provide: LogHealth,
      useFactory: (unitOfWork: UnitOfWork, store: LogStore) => new LogHealth(unitOfWork, store),
      inject: [UnitOfWork, LogStore],
    },
  ],
  exports: [Transparency, ConfidentialReads, LogHealth],
})
export class TransparencyModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly background: BackgroundWork,
    private readonly sequence: SequenceLog,
    private readonly settings: Settings,
    @Inject(TransparencySettings) private readonly wanted: TransparencySettings,
    private readonly outside: OutsideTimes,
  ) {}

  onModuleInit(): void {
    const { logTickMs: intervalMs } = this.wanted;
    this.background.registerTick({
      name: 'transparency.sequence-log',
      intervalMs,
      run: () => this.sequence.tick(),
    });
    // Each at its own pace: one that hangs keeps nobody waiting.
    for (const authority of this.outside.settings.authorities)
      this.background.registerTick({
        name: `transparency.outside-time-${authority.name}`,
        intervalMs: this.outside.settings.intervalMs,
        run: () => this.outside.ask(authority),
      });
    this.background.registerTick({
      name: 'transparency.audit-log',
      intervalMs: HOUR,
      run: () => this.sequence.auditNow(),
    });
  }

  /** The first checkpoint is there before the first request, whoever answers it. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.role !== 'web') await this.sequence.tick().catch(() => undefined);
  }
}
