export * from './result.ts';
export * from './instant.ts';
export * from './ids.ts';
export * from './money.ts';
export * from './machine.ts';
export * from './fault-point.ts';
