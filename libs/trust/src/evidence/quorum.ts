/** Whether enough witnesses stand behind a checkpoint: the lot says how many, the reader says whom it believes. */
import { TrustError, b64u, equalBytes } from '../encoding/index.ts';
import { cosignaturesOf } from '../log/index.ts';
import type { Cosignature, NoteKey } from '../log/index.ts';
import type { LotKeyTerms } from '../records/index.ts';
import type { PinnedTrust } from './trust-file.ts';

/** What LOTKEY declares. */
export type WitnessTerms = Pick<LotKeyTerms, 'q' | 'witnesses'>;
type WitnessPins = Pick<PinnedTrust, 'q' | 'witnesses'>;

/** The declared witnesses that the reader has pinned: a platform could declare witnesses of its own making. */
function countedWitnesses({ witnesses }: WitnessTerms, pins: WitnessPins): NoteKey[] {
  const declared = new Map(witnesses.map(({ name, key }) => [name, b64u.decode(key)]));
  return pins.witnesses.filter(({ name, publicKey }) => {
    const key = declared.get(name);
    return key !== undefined && equalBytes(key, publicKey);
  });
}

/**
 * The witnesses whose cosignatures count for this lot; at least q of them, which is none where the lot declares q = 0
 * and the reader asks for none.
 * @throws TrustError EVIDENCE.QUORUM: the lot declares fewer than the reader asks for; EVIDENCE.WITNESS_UNPINNED: the
 * reader knows too few of the lot's witnesses
 */
export function checkWitnessTerms(terms: WitnessTerms, pins: WitnessPins): NoteKey[] {
  const { q } = terms;
  if (q < pins.q) throw new TrustError('EVIDENCE.QUORUM', { declared: q, pinned: pins.q }, 'platform');
  const counted = countedWitnesses(terms, pins);
  if (counted.length < q)
    throw new TrustError('EVIDENCE.WITNESS_UNPINNED', { declared: q, pinned: counted.length }, 'platform');
  return counted;
}

/**
 * The cosignatures that count on a checkpoint of this lot, at least q. The log's own signature is the caller's to check.
 * @throws TrustError as {@link checkWitnessTerms}; EVIDENCE.QUORUM_MISSING: too few cosigned; NOTE.*
 */
export function checkQuorum(note: string, terms: WitnessTerms, pins: WitnessPins): Cosignature[] {
  const counted = checkWitnessTerms(terms, pins);
  const { q } = terms;
  if (q === 0) return [];
  const found = cosignaturesOf(note, counted);
  if (found.length < q)
    throw new TrustError('EVIDENCE.QUORUM_MISSING', { needed: q, found: found.length }, 'platform');
  return found;
}
