import type { ContextSchema } from '#persistence';
import { CreateParties1700000100001 } from '../migrations/1700000100001-create-parties.ts';

export const partiesSchema: ContextSchema = {
  name: 'parties',
  entities: [],
  migrations: [CreateParties1700000100001],
};
