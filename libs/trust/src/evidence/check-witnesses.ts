/** V04: witnesses stand behind what the bundle rests on, and nobody was shown another history. */
import { checkQuorum } from './quorum.ts';
import { pinnedTerms } from './receipt.ts';
import type { WitnessTerms } from './quorum.ts';
import type { Verification } from './context.ts';

/**
 * Two checkpoints matter: CLOSE's, under which every bid must be, and the one that all proofs lead to. With q = 0 a split
 * view is not excluded, and that is said.
 */
export async function checkWitnesses(v: Verification): Promise<void> {
  // A tender that was cancelled before it had a key declares nothing: then the reader's own list counts.
  const terms = v.lotKey ?? pinnedTerms(v.trust);
  if (terms.q === 0 && v.trust.q === 0)
    return v.findings.set('V04', 'absent', 'the tender declares q = 0: no witness cosigns');
  await checkOne(v, 'log/checkpoint', v.evidence.checkpoint, terms);
  if (v.close) await checkOne(v, 'close.json', v.close.checkpoint, terms);
}

async function checkOne(v: Verification, subject: string, note: string, terms: WitnessTerms): Promise<void> {
  await v.run('V04', subject, 'platform', () => {
    const found = checkQuorum(note, terms, v.trust);
    const who = found.map(({ witness, seconds }) => `${witness.name} at ${seconds}`);
    v.findings.note('V04', `${subject}: ${who.join(', ')}`);
  });
}
