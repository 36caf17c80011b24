import { spawnSync } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { createRequire } from 'node:module';

const repository = resolve(import.meta.dirname, '../..');
const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[];
};

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** What dependency-cruiser reports of the planted faults: the same program and rules as `npm run check:boundaries`. */
function reported(): Violation[] {
  const program = resolve(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    program,
    'test/architecture/fixtures',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
  ];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe('boundaries', () => {
  const violations = reported();

  it.each(forbidden.map((rule) => rule.name))('%s reports the fault planted for it', (name) => {
    const files = violations.filter((v) => v.rule.name === name).map((v) => basename(v.from, '.ts'));
    expect(files).toContain(name);
  });

  it('reports nothing of files that keep the rules', () => {
    const clean = ['index', 'inner', 'main', 'store', 'controller'];
    expect(violations.filter((v) => clean.includes(basename(v.from, '.ts')))).toEqual([]);
  });
});
