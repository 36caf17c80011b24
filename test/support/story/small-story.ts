import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DevelopmentCa, SuiteId } from '#trust';
import { WITHOUT_LIMITS, createTestApp } from '../test-app.ts';
import type { TestApp } from '../test-app.ts';
import { sealBid, submitBid } from './bidding.ts';
import type { Acknowledged } from './bidding.ts';
import { runOpening, signOpeningRecord } from './opening.ts';
import { makeRoster, trustRoster } from './roster.ts';
import { beginStory, bidOf } from './story.ts';
import type { Story } from './story.ts';

export interface SmallStory {
  readonly app: TestApp;
  readonly story: Story;
  readonly bids: readonly Acknowledged[];
  readonly folder: string;
  /** Issues further certificates that the platform trusts. */
  readonly ca: DevelopmentCa;
  close(): Promise<void>;
}

export const SMALL_BIDDERS = ['甲建设有限公司', '乙建设有限公司', '丙建设有限公司'] as const;

/**
 * In this process: the smallest bids there are, up to the deadline's eve. `by`: which of the three bidders makes each bid.
 */
export async function beginSmallStory(
  biddingMs = 20_000,
  by: readonly number[] = [0, 1, 2],
  environment: Readonly<Record<string, string>> = {},
  suite: SuiteId = 'P256',
  waits = 100,
): Promise<SmallStory> {
  const app = await createTestApp({ ...WITHOUT_LIMITS, ...environment });
  const folder = await mkdtemp(join(tmpdir(), 'glasshall-small-'));
  const roster = await makeRoster(SMALL_BIDDERS, suite);
  await trustRoster(app.app, roster);
  const door = { url: app.url, patienceMs: 5000 };
  const story = await beginStory(door, roster, { biddingMs, waits, suite });
  const bids = await Promise.all(
    by.map(async (who, at) => {
      const bidder = story.people.bidders[who];
      if (!bidder) throw new Error(`no bidder ${who}`);
      const plan = bidOf(`${4 + at}000000.00`, 500);
      return submitBid(bidder, story.lot, await sealBid(bidder, story.lot, folder, plan));
    }),
  );
  const close = async () => {
    story.witness.stop();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { app, story, bids, folder, ca: roster.ca, close };
}

export async function finishSmallStory({ story: { people, lot } }: SmallStory): Promise<void> {
  await runOpening(people, lot);
  await signOpeningRecord(people, lot);
}
