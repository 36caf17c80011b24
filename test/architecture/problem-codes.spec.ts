import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { definedProblemCodes } from '#web';
import { contextModules } from '../../apps/platform/src/contexts.ts';

const libs = resolve(import.meta.dirname, '../../libs');
const SERVER = ['parties', 'tendering', 'bidding', 'opening', 'evaluation', 'award', 'transparency', 'web'];
/** `refuse('CONTEXT.REASON'` and `code: 'CONTEXT.REASON'`, as they stand in the sources. */
const NAMED = /(?:refuse\(\s*|code:\s*)'([A-Z][A-Z0-9_]*\.[A-Z][A-Z0-9_]*)'/g;

const sources = (context: string): string[] =>
  readdirSync(join(libs, context, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => readFileSync(join(libs, context, 'src', name), 'utf8'));

describe('refusal codes', () => {
  it('every code that the server can give has a status and a title in both languages', () => {
    expect(contextModules.length).toBe(SERVER.length - 1);
    const named = new Set(
      SERVER.flatMap(sources).flatMap((text) => [...text.matchAll(NAMED)].map((m) => m[1] ?? '')),
    );
    expect(named.size).toBeGreaterThan(20);
    const defined = new Set([...definedProblemCodes(), 'PLATFORM.UNAVAILABLE', 'PLATFORM.INTERNAL']);
    expect([...named].filter((code) => !defined.has(code)).sort()).toEqual([]);
  });
});
