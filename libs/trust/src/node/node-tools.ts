import { createHash } from 'node:crypto';
import { contentHashOver } from '../package/content-hash.ts';
import type { NewContentHash, OpeningTools } from '../package/ports.ts';
import { InlineLeaves } from './leaf-sink.ts';
import { engineFor } from './segment-engine.ts';

export const nodeContentHash: NewContentHash = (size) => contentHashOver(() => createHash('sha256'), size);

/** Opening with node:crypto; above 4 MiB the cipher has a thread of its own. */
export const nodeOpening: OpeningTools = {
  engineFor,
  newLeaves: () => new InlineLeaves(),
  contentHash: nodeContentHash,
};
