/**
 * `npm run faults -- --seed N --kills 50`: plays tenders against the real platform and kills it, until every fault
 * point of the sources was killed at and as many kills were made as asked for. Prints one JSON line per tender; exit 0
 * only if nothing acknowledged was lost.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCampaign } from '../support/story/campaign.ts';
import { serverFaultPoints } from '../support/story/fault-points.ts';
import { ensureBuilt, platformHome } from '../support/story/platform-process.ts';
import { pointsOf } from '../support/story/reachable.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
    kills: { type: 'string', default: '50' },
  },
});
const [seed, kills] = [Number(values.seed), Number(values.kills)];
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

ensureBuilt();
const environment = s3Environment();
let pending = pointsOf(serverFaultPoints(), environment === null ? 'file' : 's3');
let made = 0;
let lost = false;
say({ seed, kills, points: pending.length, store: environment === null ? 'file' : 's3' });
for (let round = 0; round < 4 && !lost && (pending.length > 0 || made < kills); round++) {
  const home = await platformHome(environment ?? {});
  const randomKills = Math.max(3, kills - made - pending.length);
  const plan = { seed: seed + round, points: pending, randomKills, databaseKills: 3 };
  const outcome = await runCampaign(home, plan, { biddingMs: 45_000, waits: 20 });
  made += outcome.kills.length;
  pending = [...outcome.pending];
  lost = outcome.losses.length > 0;
  const { checkpoints, losses } = outcome;
  say({ round, seed: plan.seed, kills: outcome.kills, pending, checkpoints, losses });
  if (!lost) await home.remove();
}
say({ seed, kills: made, neverReached: pending, lost });
process.exit(lost || pending.length > 0 || made < kills ? 1 : 0);

/** The variant on S3 runs wherever S3_ENDPOINT is set. */
function s3Environment(): Record<string, string> | null {
  const names = ['S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_BUCKET', 'S3_REGION'];
  if (!process.env['S3_ENDPOINT']) return null;
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
