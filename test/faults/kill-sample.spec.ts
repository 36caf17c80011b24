import { runCampaign } from '../support/story/campaign.ts';
import { serverFaultPoints } from '../support/story/fault-points.ts';
import { ensureBuilt, platformHome } from '../support/story/platform-process.ts';
import type { PlatformHome } from '../support/story/platform-process.ts';
import { pointsOf } from '../support/story/reachable.ts';
import { seeded } from '../support/story/supervisor.ts';

const SEED = Number(process.env['FAULT_SEED'] ?? '20261122');
const SAMPLE = 6;

let home: PlatformHome;
beforeAll(async () => {
  ensureBuilt();
  home = await platformHome();
});
afterAll(() => home.remove());

/** A sample that the seed chooses; `npm run faults` kills at every point. */
function sample(points: readonly string[]): string[] {
  const random = seeded(SEED);
  return [...points]
    .map((point) => ({ point, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, SAMPLE)
    .map(({ point }) => point);
}

describe(`a tender while the platform is killed (seed ${SEED})`, () => {
  it('loses nothing that was acknowledged, forks no log, and passes every fault point', async () => {
    const points = pointsOf(serverFaultPoints(), 'file');
    expect(points.length).toBeGreaterThan(60);
    const plan = { seed: SEED, points: sample(points), randomKills: 1, databaseKills: 1 };
    const outcome = await runCampaign(home, plan, { biddingMs: 45_000, waits: 10 });
    expect(outcome.losses).toEqual([]);
    expect(outcome.pending).toEqual([]);
    expect(outcome.kills.length).toBeGreaterThanOrEqual(SAMPLE);
    expect(outcome.checkpoints).toBeGreaterThan(3);
    expect(points.filter((point) => !outcome.passed.has(point))).toEqual([]);
  }, 900_000);
});
