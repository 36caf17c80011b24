export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Ends what a client does for its user, with a stable code. Never carries a secret. */
export class ClientFailure extends Error {
  constructor(
    readonly code: string,
    readonly facts: Facts = {},
    /** Nothing was found out: no connection, an answer that cannot be used. Asking again may help. */
    readonly undecided = false,
  ) {
    super(code);
    this.name = 'ClientFailure';
  }
}

/** An unreachable server, an answer of another form: neither a yes nor a no. */
export const cannotTell = (code: string, facts: Facts = {}): ClientFailure =>
  new ClientFailure(code, facts, true);
