import type { Machine } from '#kernel';

export const LOT_STATES = ['draft', 'published', 'keyed', 'cancelled'] as const;
/** Opening, evaluation and award own their own machines per lot; these states are tendering's. */
export type LotState = (typeof LOT_STATES)[number];

export const LOT_EVENTS = [
  'publish',
  'change',
  'complete-key',
  'move-deadline',
  'cancel',
  'pass-deadline',
] as const;
export type LotEvent = (typeof LOT_EVENTS)[number];

/**
 * draft: being prepared by the agency, seen by nobody else. published: notice and documents are public, trustees make
 * the lot's key. keyed: the key is logged, bids are taken until the deadline. cancelled: by the agency, or because the
 * key was not complete at the deadline.
 */
export const lotMachine = {
  draft: { publish: 'published', cancel: 'cancelled' },
  published: {
    change: 'published',
    'complete-key': 'keyed',
    cancel: 'cancelled',
    'pass-deadline': 'cancelled',
  },
  keyed: {
    change: 'keyed',
    'move-deadline': 'keyed',
    cancel: 'cancelled',
    'pass-deadline': 'keyed',
  },
  cancelled: {},
} as const satisfies Machine<LotState, LotEvent>;

/** The machine as a mermaid state diagram, for docs/tendering.md. */
export function lotDiagram(): string {
  const arrows = LOT_STATES.flatMap((from) =>
    Object.entries(lotMachine[from]).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  return ['stateDiagram-v2', '  [*] --> draft', ...arrows, '  cancelled --> [*]', ''].join('\n');
}
