import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bidMachine } from '#bidding';
import { awardMachine } from '../../libs/award/src/domain/award-procedure.ts';
import { reviewMachine } from '../../libs/evaluation/src/domain/evaluation-review.ts';
import { generatedPart } from '../support/generated-docs.ts';

/** A machine as mermaid; its first state is where it begins, a state without arrows is where it ends. */
function diagram(machine: Readonly<Record<string, Readonly<Record<string, string>>>>, begin: string): string {
  const lines = Object.entries(machine).flatMap(([from, arrows]) => {
    const named = Object.entries(arrows).map(([event, to]) => `  ${from} --> ${to}: ${event}`);
    return named.length > 0 ? named : [`  ${from} --> [*]`];
  });
  return `\n\`\`\`mermaid\n${['stateDiagram-v2', `  [*] --> ${begin}`, ...lines].join('\n')}\n\`\`\`\n\n`;
}

describe('state diagrams', () => {
  it.each([
    ['docs/bidding.md', 'bid-states', diagram(bidMachine, 'received')],
    ['docs/evaluation.md', 'review-states', diagram(reviewMachine, 'reviewing')],
    [
      'docs/award.md',
      'award-states',
      diagram(awardMachine, 'awaiting-publicity').replace(
        '[*] --> awaiting-publicity\n',
        '[*] --> awaiting-publicity: ranked\n  [*] --> failed: all rejected\n',
      ),
    ],
  ])('%s, %s', (path, name, expected) => {
    const part = generatedPart(path, name, expected);
    expect(part.actual).toBe(part.expected);
  });
});

/** A context's tables as its migrations make them. */
function tablesOf(context: string): string {
  const folder = join('libs', context, 'migrations');
  const sql = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const names = (pattern: RegExp) =>
    [...sql.matchAll(pattern)].map(([, name]) => `\`${name ?? ''}\``).join(', ');
  const made = names(new RegExp(`CREATE (?:UNLOGGED )?TABLE ${context}\\.(\\w+)`, 'g'));
  const kept = names(new RegExp(`make_append_only\\('${context}\\.(\\w+)'\\)`, 'g'));
  return `\nSchema \`${context}\`: ${made}. Append-only: ${kept}.\n\n`;
}

describe('tables', () => {
  it.each(['parties', 'tendering', 'bidding', 'opening', 'evaluation', 'award', 'transparency'])(
    'docs/%s.md',
    (context) => {
      const part = generatedPart(`docs/${context}.md`, 'tables', tablesOf(context));
      expect(part.actual).toBe(part.expected);
      expect(part.actual).toMatch(/^\nSchema `\w+`: `\w+`/);
    },
  );
});
