/** How a refusal code is told over HTTP (RFC 9457): its status and its title in both languages. */
export interface ProblemDefinition {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

const registry = new Map<string, ProblemDefinition>();

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\.[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/**
 * Registers the problems of a context, once, when its module is loaded. Give the context's closed union as type
 * argument, `defineProblems<TenderRefusalCode>({...})`: a forgotten code then does not compile.
 * @throws RangeError for a malformed code, a status that is no 4xx, or a code that is defined twice.
 */
export function defineProblems<Code extends string>(
  definitions: Readonly<Record<Code, ProblemDefinition>>,
): void {
  for (const [code, definition] of Object.entries<ProblemDefinition>(definitions)) {
    if (!CODE.test(code)) throw new RangeError(`problem code ${code}: CONTEXT.REASON expected`);
    if (definition.status < 400 || definition.status > 499)
      throw new RangeError(`${code}: a refusal is a 4xx`);
    if (registry.has(code)) throw new RangeError(`problem ${code} is defined twice`);
    registry.set(code, definition);
  }
}

export const problemOf = (code: string): ProblemDefinition | null => registry.get(code) ?? null;

export const definedProblemCodes = (): readonly string[] => [...registry.keys()].sort();
