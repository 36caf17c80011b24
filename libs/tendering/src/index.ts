/** `#tendering`: projects, lots, documents, notices, lot keys, deadlines. */
export * from './tendering.facade.ts';
