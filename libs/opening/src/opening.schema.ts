import type { ContextSchema } from '#persistence';
import { CreateOpening1700000400001 } from '../migrations/1700000400001-create-opening.ts';
import { CreateReveals1700000400002 } from '../migrations/1700000400002-create-reveals.ts';
import { KeepDestructions1700000400003 } from '../migrations/1700000400003-keep-destructions.ts';
import { KeepAttendance1700000400004 } from '../migrations/1700000400004-keep-attendance.ts';
import { ListFilesByTree1700000400005 } from '../migrations/1700000400005-list-files-by-tree.ts';
import { SayWhoseObjection1700000400006 } from '../migrations/1700000400006-say-whose-objection.ts';

export const openingSchema: ContextSchema = {
  name: 'opening',
  entities: [],
  migrations: [
    CreateOpening1700000400001,
    CreateReveals1700000400002,
    KeepDestructions1700000400003,
    KeepAttendance1700000400004,
    ListFilesByTree1700000400005,
    SayWhoseObjection1700000400006,
  ],
};
