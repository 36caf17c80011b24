import { openSealedEnvelope } from '../package/open-envelope.ts';
import type { OpenedEnvelope, SealedEnvelopeToOpen } from '../package/open-envelope.ts';
import type { SegmentEngine } from '../package/ports.ts';
import { nodeOpening } from './node-tools.ts';
import { sealedBytes } from './sealed-source.ts';
import type { SealedSource } from './sealed-source.ts';

export type { OpenedEnvelope } from '../package/open-envelope.ts';

export interface EnvelopeToOpen extends Omit<SealedEnvelopeToOpen, 'source'> {
  readonly source: SealedSource;
}

/** {@link openSealedEnvelope} with Node's ciphers and files. */
export async function openEnvelopeFile(
  envelope: EnvelopeToOpen,
  engine?: SegmentEngine,
): Promise<OpenedEnvelope> {
  const tools = engine ? { ...nodeOpening, engineFor: () => engine } : nodeOpening;
  return openSealedEnvelope(tools, { ...envelope, source: sealedBytes(envelope.source) });
}
