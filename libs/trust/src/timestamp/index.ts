export * from './request.ts';
export * from './response.ts';
export * from './token.ts';
export * from './outside-time.ts';
