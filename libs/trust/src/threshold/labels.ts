/** The names that keep every dealing, share and key apart (PROTOCOL section 2: the suite id is inside every label). */
import { hashRecord } from '../encoding/hash.ts';
import type { Audience, Commit, JournalKey } from '../records/index.ts';
import { suiteIdOf } from '../suite/suite.ts';

/** What a dealing seals. No name is the beginning of another, so `type ‖ label` reads in one way only. */
export type DealingType = 'bid' | 'draw' | 'journal';

/** The label of one dealing of a bid: bound to the lot's key, the bid, the stage and the audience. */
export const bidLabel = (
  commit: Pick<Commit, 'suite' | 'lotKeyHash' | 'bidNonce'>,
  stage: number,
  audience: Audience,
): string => `glasshall/1/${commit.suite}/bid/${commit.lotKeyHash}/${commit.bidNonce}/${stage}/${audience}`;

/** The label of a lot's journal dealing. */
export const journalLabel = (journal: Pick<JournalKey, 'suite' | 'lotKeyHash' | 'nonce'>): string =>
  `glasshall/1/${suiteIdOf(journal)}/journal/${journal.lotKeyHash}/${journal.nonce}`;

/** The public halves of a dealing: everything but its proofs. */
export interface UnprovenDealing {
  readonly stage: number;
  readonly audience: Audience;
  readonly C: readonly string[];
  readonly E: readonly string[];
}

const withoutProofs = ({ stage, audience, C, E }: UnprovenDealing) => ({ stage, audience, C, E });

/** COMMIT as it is before its dealings are proved. */
export type UnprovenCommit = Omit<Commit, 'dealings'> & { readonly dealings: readonly UnprovenDealing[] };

/**
 * `body` of every dealing of a bid: the hash of the whole COMMIT without proofs (PROTOCOL section 4). It puts C and E
 * of all dealings, the envelopes' roots and `wk` under each proof, so nothing can be moved to another record.
 */
export const commitBody = (commit: UnprovenCommit): Uint8Array =>
  hashRecord('commit-body', { ...commit, dealings: commit.dealings.map(withoutProofs) });

/** JOURNALKEY as it is before its dealing is proved. */
export type UnprovenJournalKey = Omit<JournalKey, 'dealing'> & { readonly dealing: UnprovenDealing };

/** `body` of a journal's dealing, likewise. */
export const journalBody = (journal: UnprovenJournalKey): Uint8Array =>
  hashRecord('journal-body', { ...journal, dealing: withoutProofs(journal.dealing) });
