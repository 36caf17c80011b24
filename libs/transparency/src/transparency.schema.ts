import type { ContextSchema } from '#persistence';
import { CreateTransparency1700000700001 } from '../migrations/1700000700001-create-transparency.ts';

export const transparencySchema: ContextSchema = {
  name: 'transparency',
  entities: [],
  migrations: [CreateTransparency1700000700001],
};
