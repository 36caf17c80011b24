import { RefusalError } from '#kernel';
import type { Result } from '#kernel';

/** For controllers: the value of a use case's result, or its refusal as a problem document. */
export function respond<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new RefusalError(result.error);
}
