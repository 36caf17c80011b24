import { biddingSchema } from '#bidding';
import type { ContextSchema } from '#persistence';
import { transparencySchema } from '#transparency';

/** Every bounded context's part of the database, in the order of the context DAG. */
export const contextSchemas: readonly ContextSchema[] = [transparencySchema, biddingSchema];
