/**
 * V18: every draw of the lot is replayed, its seats are those of the parties that the notice names, none shares a key with
 * the bids, and no name was drawn for twice.
 */
import { drawRecords } from '../draw/draw-file.ts';
import type { DrawFile } from '../draw/draw-file.ts';
import { verifyDraw } from '../draw/verify-draw.ts';
import type { DrawReport } from '../draw/verify-draw.ts';
import { checkSeatsOfNotice } from '../threshold/index.ts';
import type { Verification } from './context.ts';

export async function checkDraws(v: Verification): Promise<void> {
  const draws = [...v.evidence.records.draw].sort(([a], [b]) => Number(a) - Number(b));
  if (draws.length === 0) return v.findings.set('V18', 'absent', 'no draw took place in this lot');
  const taken = new Set(v.lotKey ? [v.lotKey.room, ...v.lotKey.trustees.map(({ y }) => y)] : []);
  const earlier: DrawReport[] = [];
  for (const [name, file] of draws) {
    const path = `draws/${name}.json`;
    const { subject, purpose, sequence } = file.plan.record;
    v.findings.expect(subject === v.evidence.header.lot, 'V18', 'EVIDENCE.OTHER_LOT', path, 'bundle');
    const report = verifyDraw(file, { ca: v.trust.ca }, { taken, earlier });
    const again = earlier.some((each) => each.purpose === purpose && each.sequence === sequence);
    v.findings.expect(!again, 'V18', 'DRAW.SECOND', path, 'regulator');
    for (const { id, problems } of report.checks)
      for (const { code, blame, facts } of problems)
        v.findings.fail('V18', code, `${path}#${id}`, blame, facts);
    // Every draw of the lot is in the bundle, in order: an earlier plan that is named and not there is kept back.
    const alone = report.checks.some(({ id, state }) => id === 'V18.9' && state === 'restricted');
    v.findings.expect(!alone, 'V18', 'EVIDENCE.MISSING', `${path}#V18.9`, 'bundle');
    if (report.verdict === 'unfinished') v.findings.set('V18', 'pending', `${path} is not finished`);
    else v.findings.note('V18', `${path}: ${purpose}, ${String(sequence)}`);
    const notice = v.notices[0]?.record;
    await v.run('V18', path, 'organiser', () => {
      if (!notice) return;
      // A draw is P256 in a lot of either suite: its seats are the notice's, its suite is not.
      const { suite: _, ...parties } = notice;
      checkSeatsOfNotice(file.plan.record, parties);
    });
    checkOrder(v, path, file);
    earlier.push(report);
  }
}

/** The steps by the log's own order; records of one step come in any order, shares and reveals being one step. */
function checkOrder(v: Verification, path: string, file: DrawFile): void {
  const index = new Map(v.evidence.proofs.leaves.map((leaf) => [leaf.hash, leaf.index]));
  let [step, before, last] = ['', -1, -1];
  for (const { type, hash } of drawRecords(file)) {
    const own = type === 'draw-reveal' ? 'draw-shares' : type;
    if (own !== step) [step, before] = [own, last];
    const at = index.get(hash);
    if (at === undefined) continue;
    v.findings.expect(before < at, 'V17', 'EVIDENCE.OUT_OF_ORDER', path, 'platform');
    last = Math.max(last, at);
  }
}
