/** `#award`: publicity of the candidates and the award letter. */
export * from './award.facade.ts';
export { awardSchema } from './award.schema.ts';
export { AwardModule } from './award.module.ts';
