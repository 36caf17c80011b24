/** A value, or the reason why there is none. Expected refusals travel here; exceptions are for the unexpected. */
export type Result<T, E = Refusal> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** JSON scalars only: facts are shown to people and put into problem documents. */
export type Fact = string | number | boolean | null;

/** A stable `CONTEXT.REASON` code with the facts behind it (the article, the limit, the actual value). */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  readonly facts: Readonly<Record<string, Fact>>;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const refuse = <Code extends string>(
  code: Code,
  facts: Readonly<Record<string, Fact>> = {},
): { readonly ok: false; readonly error: Refusal<Code> } => ({ ok: false, error: { code, facts } });

/** Carries a refusal across a transaction boundary, so that the unit of work rolls back. */
export class RefusalError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
    this.name = 'RefusalError';
  }
}

/** Returns the value, or throws {@link RefusalError}: for use inside `unitOfWork.run`. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new RefusalError(result.error);
}

/** The record of the world contradicts itself (tampering, corruption, a bug): the writer stops, a person looks. */
export class IntegrityError extends Error {
  constructor(
    message: string,
    readonly facts: Readonly<Record<string, Fact>> = {},
  ) {
    super(message);
    this.name = 'IntegrityError';
  }
}

/** Proves to the compiler that a union is exhausted. */
export function assertNever(value: never): never {
  throw new IntegrityError('unreachable value', { value: JSON.stringify(value) });
}
