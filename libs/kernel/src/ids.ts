/** A string that says what it identifies, so that a bid's id is never passed where a lot's is meant. */
export type Id<Of extends string> = string & { readonly __id: Of };

export type OrganisationId = Id<'organisation'>;
export type PersonId = Id<'person'>;
export type ProjectId = Id<'project'>;
export type LotId = Id<'lot'>;
export type DocumentId = Id<'document'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A random UUID (RFC 9562, version 4): no counter, so ids say nothing about how many there are. */
export const newId = <Of extends string>(): Id<Of> => globalThis.crypto.randomUUID() as string as Id<Of>;

export const isUuid = (text: string): boolean => UUID.test(text);
