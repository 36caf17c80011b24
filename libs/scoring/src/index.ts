export * from './lowest-evaluated-price.ts';
export * from './rounding.ts';
