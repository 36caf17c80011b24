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
