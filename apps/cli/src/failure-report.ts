import { RefusalError } from '#kernel';
import { ClientFailure } from '#client';
import { TrustError } from '#trust';
import { CommandFailure } from './failure.ts';
import type { ExitCode, Facts } from './failure.ts';

export interface FailureReport {
  readonly ok: false;
  readonly code: string;
  readonly facts: Facts;
}

/** Turns whatever ended a command into its report and exit code; the unexpected keeps its message, never its stack. */
export function reportOf(error: unknown): { report: FailureReport; exit: ExitCode } {
  if (error instanceof CommandFailure) return entry(error.code, error.facts, error.exit);
  if (error instanceof ClientFailure) return entry(error.code, error.facts, error.undecided ? 2 : 1);
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
