/** A lot that no trustee opens: its bidders reveal their own secrets, and the evidence verifies like any other's. */
import { join } from 'node:path';
import { b64u, deriveBidKeys, encodeScalar } from '#trust';
import type { Reveal } from '#trust';
import { readSecrets, seedOf } from '#trust/node';
import { dealingsOf } from '#trust';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { until } from '../support/story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { signOpeningRecord, viewOpening } from '../support/story/opening.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

let small: SmallStory;
beforeAll(async () => {
  small = await beginSmallStory();
}, 180_000);
afterAll(() => small.close());

/** Every bidder reveals the secrets of all its dealings of this stage, to whoever runs the hall. */
async function revealAll(stage: number): Promise<void> {
  const { people, lot } = small.story;
  for (const { c, pack } of small.bids) {
    const keys = deriveBidKeys(seedOf(await readSecrets(pack.folder)), b64u.decode(pack.commit.bidNonce));
    const dealings = dealingsOf(lot.lotKey, pack.commit, keys).filter((one) => one.stage === stage);
    for (const { audience, secret } of dealings) {
      const body = { stage, audience, s: encodeScalar(secret) };
      await people.seats.agency.post(`/lots/${lot.lotId}/opening/bids/${c}/secret`, body);
    }
  }
}

const reaches = (state: string) =>
  until(
    state,
    async () => {
      const view = await viewOpening(small.story.people.seats.agency, small.story.lot.lotId);
      return view.state === state ? view : null;
    },
    120_000,
    200,
  );

it('verifies for the public and for auditors, and not with another secret or without one', async () => {
  const { people, lot, trust, visitor } = small.story;
  await reaches('stage-0');
  await revealAll(0);
  await reaches('stage-1');
  await revealAll(1);
  await reaches('opened');
  const { record } = await signOpeningRecord(people, lot);
  expect(record.bids.map(({ outcome }) => outcome)).toEqual(['opened', 'opened', 'opened']);

  const file = await downloadEvidence(visitor, lot.lotId, join(small.folder, 'evidence.zip'));
  const report = await verifyFile(file, trust);
  expect(problemsOf(report)).toEqual([]);
  expect(report.verdict).toBe('holds');
  const bundle = await BundleEditor.read(file);
  const shown = bundle.paths.filter((path) => path.startsWith('reveals/'));
  expect(shown).toHaveLength(6);
  expect(shown.filter((path) => path.includes('committee'))).toEqual([]);

  const whole = join(small.folder, 'auditor.zip');
  await downloadEvidence(people.seats.regulator, lot.lotId, whole, 'auditor');
  expect(problemsOf(await verifyFile(whole, trust))).toEqual([]);

  const changed = join(small.folder, 'changed.zip');
  const [first = '', second = ''] = shown;
  const problems = async (editor: BundleEditor) =>
    problemsOf(await verifyFile(await editor.write(changed), trust)).join('\n');
  const other = bundle
    .copy()
    .edit<Reveal>(first, (one) => ({ ...one, s: b64u.encode(new Uint8Array(32).fill(1)) }));
  expect(await problems(other)).toContain(`V11 DEALING.SECRET ${first}`);
  const missing = await problems(bundle.copy().remove(first));
  expect(missing).toContain('V12 SHARE.TOO_FEW');
  const elsewhere = bundle
    .copy()
    .set(first.replace(/^reveals\/.{43}/, `reveals/${'A'.repeat(43)}`), bundle.bytes(second));
  expect(await problems(elsewhere)).toContain('V21 EVIDENCE.NAME');
}, 300_000);
