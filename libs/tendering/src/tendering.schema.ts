import type { ContextSchema } from '#persistence';
import { CreateTendering1700000200001 } from '../migrations/1700000200001-create-tendering.ts';

export const tenderingSchema: ContextSchema = {
  name: 'tendering',
  entities: [],
  migrations: [CreateTendering1700000200001],
};
