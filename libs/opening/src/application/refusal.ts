import { RefusalError, refuse } from '#kernel';
import type { Fact } from '#kernel';
import type { OpeningRefusalCode } from '../domain/refusals.ts';

/** A refusal of this context as an error, for use inside and outside of transactions. */
export const openingError = (
  code: OpeningRefusalCode,
  facts: Readonly<Record<string, Fact>> = {},
): RefusalError => new RefusalError(refuse(code, facts).error);
