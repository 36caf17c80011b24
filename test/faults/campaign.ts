/**
 * `npm run faults -- --seed N --kills 50 [--only REGEXP]`: plays tenders against the real platform and kills it, until every fault
 * point of the sources was killed at and as many kills were made as asked for. Prints its seed, one JSON line
 * per tender, then per point how often it was killed at and how many lives passed it; exit 0 only if nothing
 * acknowledged was lost and every point was killed at.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCampaign } from '../support/story/campaign.ts';
import { serverFaultPoints } from '../support/story/fault-points.ts';
import { ensureBuilt, platformHome } from '../support/story/platform-process.ts';
import { pointsOf } from '../support/story/reachable.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
    kills: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
  },
});
const [seed, kills] = [Number(values.seed), Number(values.kills)];
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

ensureBuilt();
const environment = s3Environment();
const only = new RegExp(values.only);
const points = pointsOf(serverFaultPoints(), environment === null ? 'file' : 's3').filter((point) =>
  only.test(point),
);
const passed = new Map<string, number>();
const killed = new Map<string, number>();
let pending = points;
let made = 0;
let lost = false;
const started = performance.now();
say({ seed, kills, points: points.length, store: environment === null ? 'file' : 's3' });
for (let round = 0; round < 4 && !lost && (pending.length > 0 || made < kills); round++) {
  const home = await platformHome(environment === null ? {} : { ...environment, S3_BUCKET: newBucket() });
  const randomKills = Math.max(3, kills - made - pending.length);
  const plan = { seed: seed + round, points: pending, randomKills, databaseKills: 3 };
  const outcome = await runCampaign(home, plan, { biddingMs: 60_000, waits: 10 });
  made += outcome.kills.length;
  pending = [...outcome.pending];
  lost = outcome.losses.length > 0;
  for (const point of outcome.kills) killed.set(point, (killed.get(point) ?? 0) + 1);
  for (const [point, lives] of outcome.passed) passed.set(point, (passed.get(point) ?? 0) + lives);
  const { checkpoints, losses } = outcome;
  say({ round, seed: plan.seed, kills: outcome.kills.length, pending, checkpoints, losses });
  if (lost) say({ kept: home.dataDir });
  else await home.remove();
}
for (const point of [...points, 'random', 'database'])
  say({ point, kills: killed.get(point) ?? 0, lives: passed.get(point) ?? 0 });
const seconds = Math.round((performance.now() - started) / 1000);
say({ seed, kills: made, points: points.length, neverKilledAt: pending, lost, seconds });
process.exit(lost || pending.length > 0 || made < kills ? 1 : 0);

/** One for each platform: what an earlier one left there is another log. */
function newBucket(): string {
  return `faults-${randomBytes(8).toString('hex')}`;
}

/** The variant on S3 runs wherever S3_ENDPOINT is set. */
function s3Environment(): Record<string, string> | null {
  const names = ['S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_REGION'];
  if (!process.env['S3_ENDPOINT']) return null;
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
