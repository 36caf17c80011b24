import type { DynamicModule, Type } from '@nestjs/common';
import { AwardModule, awardSchema } from '#award';
import { BiddingModule, biddingSchema } from '#bidding';
import { EvaluationModule, evaluationSchema } from '#evaluation';
import { jobsSchema } from '#jobs';
import { OpeningModule, openingSchema } from '#opening';
import { PartiesModule, partiesSchema } from '#parties';
import type { ContextSchema } from '#persistence';
import { TenderingModule, tenderingSchema } from '#tendering';
import { TransparencyModule, transparencySchema } from '#transparency';

/** Every part of the database, in the order of the context DAG. A context adds its line here. */
export const contextSchemas: readonly ContextSchema[] = [
  jobsSchema,
  transparencySchema,
  partiesSchema,
  tenderingSchema,
  biddingSchema,
  openingSchema,
  evaluationSchema,
  awardSchema,
];

/** Every context's Nest module. A context adds its line here. */
export const contextModules: readonly (Type | DynamicModule)[] = [
  TransparencyModule,
  PartiesModule,
  TenderingModule,
  BiddingModule,
  OpeningModule,
  EvaluationModule,
  AwardModule,
];
