import type { ContextSchema } from '#persistence';
import { CreateAward1700000600001 } from '../migrations/1700000600001-create-award.ts';

export const awardSchema: ContextSchema = {
  name: 'award',
  entities: [],
  migrations: [CreateAward1700000600001],
};
