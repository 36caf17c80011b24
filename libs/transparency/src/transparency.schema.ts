import type { ContextSchema } from '#persistence';
import { CreateTransparency1700000700001 } from '../migrations/1700000700001-create-transparency.ts';
import { FixBatches1700000700005 } from '../migrations/1700000700005-fix-batches.ts';
import { OrderLeaves1700000700004 } from '../migrations/1700000700004-order-leaves.ts';
import { StampOutside1700000700009 } from '../migrations/1700000700009-stamp-outside.ts';
import { KeepCosignatures1700000700010 } from '../migrations/1700000700010-keep-cosignatures.ts';
import { RecordReads1700000700003 } from '../migrations/1700000700003-record-reads.ts';

export const transparencySchema: ContextSchema = {
  name: 'transparency',
  entities: [],
  migrations: [
    CreateTransparency1700000700001,
    RecordReads1700000700003,
    OrderLeaves1700000700004,
    FixBatches1700000700005,
    StampOutside1700000700009,
    KeepCosignatures1700000700010,
  ],
};
