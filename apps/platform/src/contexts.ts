import { biddingSchema } from '#bidding';
import type { ContextSchema } from '#persistence';

/** Every bounded context's part of the database, in the order of the context DAG. */
export const contextSchemas: readonly ContextSchema[] = [biddingSchema];
