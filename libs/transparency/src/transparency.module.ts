import './http/transparency.problems.ts';
import { Global, Inject, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Clock, HOUR, MINUTE, SECOND, Settings } from '#kernel';
import { BackgroundWork } from '#jobs';
import { UnitOfWork } from '#persistence';
import { BlobStore } from '#storage';
import { AccountForDummies } from './application/account-for-dummies.ts';
import { AskWitnesses } from './application/ask-witnesses.ts';
import { AssembleEvidence } from './application/assemble-evidence.ts';
import { AuditLog } from './application/audit-log.ts';
import { DaySeeds } from './application/day-seeds.ts';
import { DrawBatch } from './application/draw-batch.ts';
import { ConfidentialReads } from './application/confidential-reads.ts';
import { EvidenceRegistry } from './application/evidence-registry.ts';
import { LogEntries } from './application/log-entries.ts';
import { LogHealth } from './application/log-health.ts';
import { OutsideTimes } from './application/outside-times.ts';
import { PlatformTransparency } from './application/platform-transparency.ts';
import { ReadLog } from './application/read-log.ts';
import { RevealSeeds } from './application/reveal-seeds.ts';
import { SequenceLog } from './application/sequence-log.ts';
import { ServeLog } from './application/serve-log.ts';
import { ShowSeeds } from './application/show-seeds.ts';
import { TransparencySettings } from './application/transparency-settings.ts';
import { Transparency } from './application/transparency.ts';
import { fixedBatch } from './application/batch-layout.ts';
import { EvidenceController } from './http/evidence.controller.ts';
import { LogController } from './http/log.controller.ts';
import { BatchStore } from './infrastructure/batch-store.ts';
import { openKeyStore } from './infrastructure/key-store.ts';
import type { KeyStore } from './infrastructure/key-store.ts';
import { CosignatureStore } from './infrastructure/cosignature-store.ts';
import { LogStore } from './infrastructure/log-store.ts';
import { OutsideTimeStore } from './infrastructure/outside-time-store.ts';
import { TileStore } from './infrastructure/tile-store.ts';

/** Token of the {@link KeyStore}: nobody outside of this module may inject it. */
const KEYS = Symbol('transparency.keys');
/** Token of {@link LogRows}. */
const ROWS = Symbol('transparency.rows');

/** The log's rows and how they are reached. */
interface LogRows {
  readonly unitOfWork: UnitOfWork;
  readonly store: LogStore;
}

type TransparencyDoors = [LogRows, Clock, KeyStore, ReadLog, EvidenceRegistry, RevealSeeds, OutsideTimes];

/** Provides {@link Transparency} to every context; runs the log's sequencer in workers. */
@Global()
@Module({
  controllers: [LogController, EvidenceController],
  providers: [
    LogStore,
    OutsideTimeStore,
    CosignatureStore,
    ConfidentialReads,
    EvidenceRegistry,
    { provide: KEYS, useFactory: openKeyStore, inject: [Settings, TransparencySettings, Clock] },
    { provide: TileStore, useFactory: (blobs: BlobStore) => new TileStore(blobs), inject: [BlobStore] },
    BatchStore,
    {
      provide: ROWS,
      useFactory: (unitOfWork: UnitOfWork, store: LogStore): LogRows => ({ unitOfWork, store }),
      inject: [UnitOfWork, LogStore],
    },
    {
      provide: DaySeeds,
      useFactory: (keys: KeyStore) => new DaySeeds(keys.log.name, keys.seedKey),
      inject: [KEYS],
    },
    LogEntries,
    ShowSeeds,
    {
      provide: DrawBatch,
      useFactory: (
        unitOfWork: UnitOfWork,
        store: LogStore,
        batches: BatchStore,
        seeds: DaySeeds,
        { logTickMs: tickMs, logDayMs: dayMs, logBatch }: TransparencySettings,
      ) => new DrawBatch(unitOfWork, store, batches, seeds, { tickMs, dayMs, layout: fixedBatch(logBatch) }),
      inject: [UnitOfWork, LogStore, BatchStore, DaySeeds, TransparencySettings],
    },
    {
      provide: AuditLog,
      useFactory: (
        unitOfWork: UnitOfWork,
        store: LogStore,
        entries: LogEntries,
        tiles: TileStore,
        keys: KeyStore,
      ) => new AuditLog(unitOfWork, store, entries, tiles, keys.log),
      inject: [UnitOfWork, LogStore, LogEntries, TileStore, KEYS],
    },
    {
      provide: SequenceLog,
      useFactory: (
        rows: LogRows,
        draw: DrawBatch,
        entries: LogEntries,
        tiles: TileStore,
        audit: AuditLog,
        keys: KeyStore,
      ) => new SequenceLog({ ...rows, draw, entries, tiles, audit }, keys.log),
      inject: [ROWS, DrawBatch, LogEntries, TileStore, AuditLog, KEYS],
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
    OutsideTimes,
    {
      provide: Transparency,
      useFactory: (...[rows, clock, keys, read, evidence, reveals, outside]: TransparencyDoors) =>
        new PlatformTransparency({ ...rows, clock, keys, read, evidence, reveals, outside }),
      inject: [ROWS, Clock, KEYS, ReadLog, EvidenceRegistry, RevealSeeds, OutsideTimes],
    },
    {
      provide: AskWitnesses,
      useFactory: (
        { unitOfWork, store }: LogRows,
        cosignatures: CosignatureStore,
        tiles: TileStore,
        { witnesses, logTickMs }: TransparencySettings,
        background: BackgroundWork,
      ) => {
        const ask = new AskWitnesses(unitOfWork, store, cosignatures, tiles, witnesses);
        background.registerTick({
          name: 'transparency.ask-witnesses',
          intervalMs: Math.min(SECOND, Math.ceil(logTickMs / 2)),
          run: () => ask.tick(),
        });
        return ask;
      },
      inject: [ROWS, CosignatureStore, TileStore, TransparencySettings, BackgroundWork],
    },
    AssembleEvidence,
    AccountForDummies,
    RevealSeeds,
    {
      provide: ServeLog,
      useFactory: (read: ReadLog, tiles: TileStore, { witnessing }: KeyStore) =>
        new ServeLog(read, tiles, witnessing),
      inject: [ReadLog, TileStore, KEYS],
    },
    {
      provide: LogHealth,
      useFactory: (unitOfWork: UnitOfWork, store: LogStore, { logTickMs }: TransparencySettings) =>
        new LogHealth(unitOfWork, store, logTickMs),
      inject: [UnitOfWork, LogStore, TransparencySettings],
    },
  ],
  exports: [Transparency, ConfidentialReads, LogHealth],
})
export class TransparencyModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly background: BackgroundWork,
    private readonly sequence: SequenceLog,
    private readonly reveals: RevealSeeds,
    private readonly settings: Settings,
    @Inject(TransparencySettings) private readonly wanted: TransparencySettings,
    private readonly outside: OutsideTimes,
  ) {}

  onModuleInit(): void {
    this.background.registerTick({
      name: 'transparency.sequence-log',
      // The log keeps its own clock; this is how exactly.
      intervalMs: Math.min(SECOND, Math.ceil(this.wanted.logTickMs / 4)),
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
      name: 'transparency.reveal-seeds',
      intervalMs: Math.min(MINUTE, Math.ceil(this.wanted.logDayMs / 10)),
      run: () => this.reveals.run(),
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
