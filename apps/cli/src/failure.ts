export type Facts = Readonly<Record<string, string | number | boolean | null>>;
/** 0: what was asked holds or is done. 1: it does not hold, or was refused. 2: it cannot be told or done from here. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with a stable code. Never carries a secret. */
export class CommandFailure extends Error {
  constructor(
    readonly code: string,
    readonly facts: Facts = {},
    readonly exit: ExitCode = 1,
  ) {
    super(code);
    this.name = 'CommandFailure';
  }
}

/** Wrong usage, missing files, an unreachable server: nothing was found out. */
export const cannotTell = (code: string, facts: Facts = {}): CommandFailure =>
  new CommandFailure(code, facts, 2);
