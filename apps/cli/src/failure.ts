import { RefusalError } from '#kernel';
import { TrustError } from '#trust';

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

export interface FailureReport {
  readonly ok: false;
  readonly code: string;
  readonly facts: Facts;
}

/** Turns whatever ended a command into its report and exit code; the unexpected keeps its message, never its stack. */
export function reportOf(error: unknown): { report: FailureReport; exit: ExitCode } {
  if (error instanceof CommandFailure) return entry(error.code, error.facts, error.exit);
  if (error instanceof TrustError) {
    const blame = error.blame === undefined ? {} : { blame: error.blame };
    return entry(error.code, { ...error.facts, ...blame }, error.code === 'EVIDENCE.TRUST_FILE' ? 2 : 1);
  }
  if (error instanceof RefusalError) return entry(error.refusal.code, error.refusal.facts, 1);
  const system = error as NodeJS.ErrnoException;
  if (typeof system.code === 'string' && typeof system.syscall === 'string') {
    return entry('CLI.SYSTEM', { errno: system.code, path: system.path ?? null }, 2);
  }
  return entry('CLI.UNEXPECTED', { message: error instanceof Error ? error.message.slice(0, 500) : '' }, 2);
}

const entry = (code: string, facts: Facts, exit: ExitCode) => ({
  report: { ok: false, code, facts } as const,
  exit,
});
