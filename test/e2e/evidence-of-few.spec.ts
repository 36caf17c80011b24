/** 法28, 条例44: a lot that too few bid for stays sealed, and its evidence verifies like any other's. */
import { join } from 'node:path';
import type { VerificationReport } from '#trust';
import { BundleReader } from '#trust/node';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { runOpening, shareOnce, signOpeningRecord, viewOpening } from '../support/story/opening.ts';
import { SEATS } from '../support/story/roster.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

interface Told {
  readonly state: string;
  readonly report: VerificationReport;
  readonly outcomes: readonly (readonly [string, boolean])[];
  readonly paths: readonly string[];
}

/** One seat opens its part of the journal, which it may do also when the lot has failed. */
async function openJournal({ story: { people, lot } }: SmallStory, i: number): Promise<void> {
  const role = SEATS[i - 1];
  if (!role) throw new Error(`no seat ${i}`);
  const view = await viewOpening(people.seats.agency, lot.lotId);
  await shareOnce(people.seats[role], lot, i, view, { stage: 0, audience: 'journal' });
}

/** From the deadline to a verified bundle; the fourth seat opens the journal only when the record is published. */
async function conclude(small: SmallStory, journalBefore: readonly number[]): Promise<Told> {
  const { people, lot, trust, visitor } = small.story;
  const { state } = await runOpening(people, lot);
  for (const i of journalBefore) await openJournal(small, i);
  const { record } = await signOpeningRecord(people, lot);
  await openJournal(small, 4);
  const file = await downloadEvidence(visitor, lot.lotId, join(small.folder, 'evidence.zip'));
  const reader = await BundleReader.open(file);
  const paths = reader.entries.map(({ path }) => path);
  reader.close();
  const outcomes = record.bids.map(({ outcome, bidder }) => [outcome, bidder !== null] as const);
  return { state, report: await verifyFile(file, trust), outcomes, paths };
}

async function play(by: readonly number[], journalBefore: readonly number[]): Promise<Told> {
  const small = await beginSmallStory(40_000, by);
  try {
    return await conclude(small, journalBefore);
  } finally {
    await small.close();
  }
}

it('verifies a lot with two commitments, where not even an identity was opened', async () => {
  const { state, report, outcomes, paths } = await play([0, 1], [1, 2, 3]);
  expect(state).toBe('failed');
  expect(outcomes).toEqual([
    ['sealed', false],
    ['sealed', false],
  ]);
  expect(problemsOf(report)).toEqual([]);
  expect(report.verdict).toBe('holds');
  expect(paths.filter((path) => path.startsWith('shares/')).sort()).toEqual(
    [1, 2, 3, 4].map((i) => `shares/0-journal-${i}.json`),
  );
}, 300_000);

it('verifies a lot with three commitments of two bidders, where no content was opened', async () => {
  const { state, report, outcomes, paths } = await play([0, 1, 1], []);
  expect(state).toBe('failed');
  expect(outcomes.map(([outcome]) => outcome).sort()).toEqual(['sealed', 'sealed', 'superseded']);
  expect(outcomes.every(([, named]) => named)).toBe(true);
  expect(problemsOf(report)).toEqual([]);
  expect(report.verdict).toBe('holds');
  expect(paths.some((path) => path.startsWith('shares/1-'))).toBe(false);
}, 300_000);
