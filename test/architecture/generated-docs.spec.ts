import { readFileSync } from 'node:fs';
import { CURRENT_TENDERING_RULESET, ruleTable } from '#legal-time';
import { lotDiagram } from '#tendering';
import { generatedPart, markdownTable } from '../support/generated-docs.ts';

const RULES_SPEC = 'libs/legal-time/src/rules.spec.ts';

describe('generated parts of the documentation', () => {
  it('docs/ARCHITECTURE.md: article, rule function, test', () => {
    const rows = ruleTable(CURRENT_TENDERING_RULESET).map((row) => [
      row.article,
      row.rule,
      row.value,
      `\`${row.keeper}\``,
      `${RULES_SPEC} › ${row.keeper}`,
      row.blocks,
    ]);
    const table = markdownTable(
      ['article', 'rule', 'value', 'rule function', 'test', 'a breach blocks'],
      rows,
    );
    const part = generatedPart('docs/ARCHITECTURE.md', 'rules', `\n${table}\n`);
    expect(part.actual).toBe(part.expected);
  });

  it('names tests that are there', () => {
    const spec = readFileSync(RULES_SPEC, 'utf8');
    const missing = ruleTable(CURRENT_TENDERING_RULESET).filter(
      ({ keeper }) => !spec.includes(`describe('${keeper}'`),
    );
    expect(missing).toEqual([]);
  });

  it('docs/tendering.md: the state diagram of a lot', () => {
    const part = generatedPart(
      'docs/tendering.md',
      'lot-states',
      `\n\`\`\`mermaid\n${lotDiagram()}\`\`\`\n\n`,
    );
    expect(part.actual).toBe(part.expected);
  });
});
