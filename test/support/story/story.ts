import { randomBytes } from 'node:crypto';
import type { PinnedTrust } from '#trust';
import { moveBid, sealBid, submitBid } from './bidding.ts';
import type { Acknowledged, BidPlan } from './bidding.ts';
import { Caller } from './caller.ts';
import type { Door } from './caller.ts';
import { pinTrust } from './evidence.ts';
import { LogWitness } from './log-witness.ts';
import { enrolEverybody } from './roster.ts';
import type { People, Roster } from './roster.ts';
import { makeLotKey, publishTender } from './tender.ts';
import type { KeyedLot, TenderPlan } from './tender.ts';

/** One tender, up to the deadline: what its clients did and what the platform acknowledged to them. */
export interface Story {
  readonly visitor: Caller;
  readonly trust: PinnedTrust;
  readonly people: People;
  readonly lot: KeyedLot;
  readonly witness: LogWitness;
}

/** Who takes part, up to the lot's key. The witness begins to look. */
export async function beginStory(door: Door, roster: Roster, plan: TenderPlan): Promise<Story> {
  const visitor = new Caller(door, 'visitor', null);
  const trust = await pinTrust(visitor);
  const witness = new LogWitness(visitor, trust.log);
  void witness.watch();
  const people = await enrolEverybody(door, roster);
  const lot = await makeLotKey(people, await publishTender(people, plan));
  return { visitor, trust, people, lot, witness };
}

const MIB = 1024 * 1024;

/** A bid whose committee envelope has `bytes` bytes of drawings. */
export const bidOf = (price: string, bytes: number): BidPlan => ({
  price,
  files: [
    { path: 'technical/drawings.bin', bytes: randomBytes(bytes) },
    { path: 'commercial/letter.txt', bytes: Buffer.from(`投标报价 ${price} 元`) },
  ],
});

export interface BidsTaken {
  readonly standing: readonly Acknowledged[];
  readonly replaced: Acknowledged;
  readonly withdrawn: Acknowledged;
}

/**
 * Four bids stand at the end: the first bidder replaced a bid before, and a fifth withdrew. The second one's committee
 * envelope takes more than one part.
 */
export async function takeBids({ people, lot }: Story, folder: string): Promise<BidsTaken> {
  const [a, b, c, d, e] = people.bidders;
  if (!a || !b || !c || !d || !e) throw new Error('five bidders');
  const give = async (who: Caller, plan: BidPlan) =>
    submitBid(who, lot, await sealBid(who, lot, folder, plan));
  const replaced = await give(a, bidOf('5100000.00', 100_000));
  const withdrawn = await give(e, bidOf('4000000.00', 50_000));
  const big = await give(b, bidOf('5200000.00', 9 * MIB));
  const others = await Promise.all([give(c, bidOf('5300000.00', 1000)), give(d, bidOf('5400000.00', MIB))]);
  const better = await give(a, { ...bidOf('5050000.00', 100_000), supersedes: replaced.c });
  await moveBid(a, lot, replaced, better.c);
  await moveBid(e, lot, withdrawn, null);
  return { standing: [better, big, ...others], replaced, withdrawn };
}
