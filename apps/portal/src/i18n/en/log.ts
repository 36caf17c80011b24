import type { log as chinese } from '../zh-cn/log.ts';
import type { Same } from '../same.ts';

/** The transparency log. */
export const log: Same<typeof chinese> = {
  log: {
    title: 'Transparency log',
    lead: 'Every record that the platform signs enters an append-only log as a blinded hash. The head of the log, a checkpoint, is signed; whoever kept an earlier one can detect a later change.',
    head: 'Current head',
    origin: 'Name of the log',
    size: 'Entries',
    root: 'Root of the tree',
    key: 'Verifier key',
    keyNote: 'Rely on the key that you got elsewhere and kept; this one is for comparison.',
    raw: 'The checkpoint itself',
    rawNote: 'A C2SP signed note, ready for any tlog tool.',
    download: 'Download the checkpoint',
    empty: 'The log has no checkpoint yet',
    emptyNext: 'It is signed when the first record is written.',
    tiles: 'Tiles',
    updated: 'Follows every 15 seconds.',
  },
};
