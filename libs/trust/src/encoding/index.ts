export * from './trust-error.ts';
export * from './bytes.ts';
export * from './canonical.ts';
export * from './hash.ts';
export * from './ed25519.ts';
export * from './signed-record.ts';
