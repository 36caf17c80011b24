import type { ContextSchema } from '#persistence';
import { CreateEvaluation1700000500001 } from '../migrations/1700000500001-create-evaluation.ts';

export const evaluationSchema: ContextSchema = {
  name: 'evaluation',
  entities: [],
  migrations: [CreateEvaluation1700000500001],
};
