import type { DynamicModule, Type } from '@nestjs/common';
import { biddingSchema } from '#bidding';
import { jobsSchema } from '#jobs';
import { openingSchema } from '#opening';
import { partiesSchema } from '#parties';
import type { ContextSchema } from '#persistence';
import { tenderingSchema } from '#tendering';
import { TransparencyModule, transparencySchema } from '#transparency';

/** Every part of the database, in the order of the context DAG. A context adds its line here. */
export const contextSchemas: readonly ContextSchema[] = [
  jobsSchema,
  transparencySchema,
  partiesSchema,
  tenderingSchema,
  biddingSchema,
  openingSchema,
];

/** Every context's Nest module. A context adds its line here. */
export const contextModules: readonly (Type | DynamicModule)[] = [TransparencyModule];
