import type { z } from 'zod';
import type { ExitCode } from './failure.ts';

export interface Outcome {
  /** The object that `--json` prints. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Lines for people. */
  readonly text: readonly string[];
  readonly exit: ExitCode;
}

export type OptionValue = string | boolean | readonly string[] | undefined;
export type Options = Readonly<Record<string, OptionValue>>;

export interface OptionSpec {
  /** In commander's notation, e.g. `--trust <file>`. */
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** A command as data: the program, its help and docs/CLI.md are all made from it. */
export interface CommandSpec {
  /** Words, e.g. `receipt verify`. */
  readonly name: string;
  readonly summary: string;
  /** In commander's notation, e.g. `<package>`. */
  readonly arguments: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionSpec[];
  /** Of `data` on success. */
  readonly schema: z.ZodType;
  run(input: Input): Promise<Outcome>;
}

export interface Input {
  readonly args: readonly string[];
  readonly options: Options;
  /** Progress for people: standard error, nothing with --json. */
  progress(line: string): void;
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that commander has already required. */
export const mustOption = (options: Options, name: string): string => textOption(options, name) ?? '';

export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export const flagOption = (options: Options, name: string): boolean => options[name] === true;
