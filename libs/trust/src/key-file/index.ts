export * from './load-signer.ts';
export * from './pkcs12.ts';
