import type { ContextSchema } from '#persistence';
import { CreateOpening1700000400001 } from '../migrations/1700000400001-create-opening.ts';
import { CreateReveals1700000400002 } from '../migrations/1700000400002-create-reveals.ts';

export const openingSchema: ContextSchema = {
  name: 'opening',
  entities: [],
  migrations: [CreateOpening1700000400001, CreateReveals1700000400002],
};
