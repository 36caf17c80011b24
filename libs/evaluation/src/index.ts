/** `#evaluation`: review of opened bids, and the signed report that ranks them. */
export * from './evaluation.facade.ts';
export { evaluationSchema } from './evaluation.schema.ts';
export { EvaluationModule } from './evaluation.module.ts';
export { signedByCaller } from './application/agency-signature.ts';
