import type { ContextSchema } from '#persistence';
import { CreateTendering1700000200001 } from '../migrations/1700000200001-create-tendering.ts';
import { AskQuestions1700000200003 } from '../migrations/1700000200003-ask-questions.ts';
import { DeclareSuite1700000200004 } from '../migrations/1700000200004-declare-suite.ts';
import { SignCancellations1700000200002 } from '../migrations/1700000200002-sign-cancellations.ts';

export const tenderingSchema: ContextSchema = {
  name: 'tendering',
  entities: [],
  migrations: [
    CreateTendering1700000200001,
    SignCancellations1700000200002,
    AskQuestions1700000200003,
    DeclareSuite1700000200004,
  ],
};
