/** A whole lot of suite SM, on an authority and certificates with SM2 keys: from the notice to the award and its evidence. */
import { join } from 'node:path';
import { canonicalBytes, parseRecord, suiteIdOf } from '#trust';
import { commit as commitSchema } from '#trust';
import type { Close, Commit } from '#trust';
import { bidOf } from '../support/story/story.ts';
import { moveBid, sealBid, submitBid } from '../support/story/bidding.ts';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { Refused } from '../support/story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { awardLot } from '../support/story/result.ts';
import { beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

let small: SmallStory;
beforeAll(async () => {
  small = await beginSmallStory(75_000, [0, 1, 2], {}, 'SM');
}, 240_000);
afterAll(() => small.close());

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

it('goes from the notice to the award, and refuses what is of another suite', async () => {
  const { people, lot, trust, visitor } = small.story;
  const [first] = small.bids;
  const [bidder] = people.bidders;
  if (!first || !bidder) throw new Error('no bid');
  expect([lot.lotKey.suite, suiteIdOf(lot.journal.record)]).toEqual(['SM', 'SM']);
  expect(suiteIdOf(first.arrival.record)).toBe('SM');

  const raw = canonicalBytes({ ...first.pack.commit, suite: 'P256' });
  expect(parseRecord(commitSchema, raw).suite).toBe('P256');
  expect(await codeOf(bidder.postBytes(`/lots/${lot.lotId}/bids`, raw))).toBe('BIDDING.WRONG_SUITE');
  const other = {
    ...first,
    pack: { ...first.pack, commit: { ...first.pack.commit, suite: 'P256' as const } },
  };
  expect(await codeOf(moveBid(bidder, lot, other, null))).toBe('BIDDING.WRONG_SUITE');

  const again = bidOf('3900000.00', 70_000);
  const better = await submitBid(
    bidder,
    lot,
    await sealBid(bidder, lot, small.folder, { ...again, supersedes: first.c }),
  );
  const moved = await moveBid(bidder, lot, first, better.c);
  expect(suiteIdOf(moved.record)).toBe('SM');

  await finishSmallStory(small);
  const award = await awardLot(people, lot);
  expect([award.c, award.suite]).toEqual([better.c, 'SM']);

  const file = await downloadEvidence(visitor, lot.lotId, join(small.folder, 'evidence.zip'));
  const report = await verifyFile(file, trust);
  expect(problemsOf(report)).toEqual([]);
  expect(report.verdict).toBe('holds');
  const whole = join(small.folder, 'auditor.zip');
  await downloadEvidence(people.seats.regulator, lot.lotId, whole, 'auditor');
  expect(problemsOf(await verifyFile(whole, trust))).toEqual([]);

  const changed = join(small.folder, 'changed.zip');
  const problems = async (editor: BundleEditor) =>
    problemsOf(await verifyFile(await editor.write(changed), trust)).join('\n');
  const bundle = await BundleEditor.read(file);
  const { suite: _, ...older } = JSON.parse(bundle.bytes('close.json').toString()).record as Close;
  const plain = bundle.copy().edit<object>('close.json', (signed) => ({ ...signed, record: older }));
  expect(await problems(plain)).toContain('V02 EVIDENCE.OTHER_SUITE close');
  const path = `commits/${better.c}.json`;
  const downgraded = bundle.copy().edit<Commit>(path, (each) => ({ ...each, suite: 'P256' }));
  expect(await problems(downgraded)).toContain('V02 EVIDENCE.OTHER_SUITE commit');
}, 300_000);
