/**
 * The platform's opening of twenty bids of 20 MB: from the moment when the last trustee's shares of stage 0 are there to
 * the last bid opened, with shares of stage 1 sent in between. Real database, real HTTP, real files.
 */
import { OpenLots } from '#opening';
import { addMs, MINUTE } from '#kernel';
import { createOpeningApp } from '../support/opening-app.ts';
import { takeIn } from '../support/opening-bids.ts';
import { progress, sealBid, trusteesOf, view } from '../support/opening-quorum.ts';
import type { SealedBid } from '../support/opening-quorum.ts';
import { round2 } from './bulk.ts';
import type { Emit } from './main.ts';
import { withTestServer } from './test-server.ts';

const BIDS = 20;
const BYTES = 20_000_000;
const LIMIT_S = 10;

export async function run(emit: Emit): Promise<void> {
  await withTestServer(() => twenty(emit));
}

async function twenty(emit: Emit): Promise<void> {
  const app = await createOpeningApp();
  try {
    const bids: SealedBid[] = [];
    for (let number = 1; number <= BIDS; number++) {
      const bid = await sealBid(app, number, { bytes: BYTES });
      await takeIn(app, bid, 3600 - number);
      bids.push(bid);
    }
    app.clock.at = addMs(app.deadline, MINUTE);
    await view(app);
    app.clock.at = addMs(app.deadline, 6 * MINUTE);
    const trustees = trusteesOf(app, [1, 3, 5]);
    const worker = app.app.get(OpenLots);
    const times: Record<string, number> = {};
    let cpu = 0;
    const timed = async (name: string, work: () => Promise<void>): Promise<void> => {
      const [from, before] = [performance.now(), process.cpuUsage()];
      await work();
      times[name] = (performance.now() - from) / 1000;
      const { user, system } = process.cpuUsage(before);
      cpu += (user + system) / 1e6;
    };
    for (const trustee of trustees) await trustee.release(0, 'public', bids);
    await timed('identities', () => worker.run(app.lotId));
    for (const trustee of trustees) await trustee.release(1, 'public', bids);
    await timed('sheets', () => worker.run(app.lotId));
    for (const trustee of trustees) await trustee.release(1, 'committee', bids);
    await timed('contents', () => worker.run(app.lotId));
    const opened = Object.values(await progress(app)).filter((at) => at === 'opened').length;
    if (opened !== BIDS) throw new Error(`only ${opened} bids opened`);
    for (const [name, value] of Object.entries(times)) {
      emit({ name: `opening.20x20MB.${name}`, value: round2(value), unit: 's', baseline: null, ratio: null });
    }
    // On a machine that others use too, this says more than the clock; PostgreSQL's own share is not in it.
    emit({ name: 'opening.20x20MB.cpu', value: round2(cpu), unit: 'cpu s', baseline: null, ratio: null });
    const total = Object.values(times).reduce((sum, value) => sum + value, 0);
    const ratio = round2(LIMIT_S / total);
    emit({ name: 'opening.20x20MB', value: round2(total), unit: 's', baseline: LIMIT_S, ratio });
  } finally {
    await app.close();
  }
}
