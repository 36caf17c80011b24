/**
 * The verifier (PROTOCOL section 9): everything in a bundle is checked again with nothing but the bundle and the
 * roots that the reader has pinned. It never asks the platform.
 */
import { checkAward } from './check-award.ts';
import { checkBids } from './check-bids.ts';
import { checkCancellation } from './check-cancellation.ts';
import { checkDraws } from './check-draws.ts';
import { checkIntake } from './check-intake.ts';
import { checkLog } from './check-log.ts';
import { checkLot } from './check-lot.ts';
import { checkOpening } from './check-opening.ts';
import { checkShownReceipts } from './check-receipts.ts';
import { checkOtherViews } from './other-view.ts';
import type { OtherView } from './other-view.ts';
import type { ShownReceipt } from './check-receipts.ts';
import { checkWhole } from './check-whole.ts';
import { loadEvidence, only } from './bundle.ts';
import type { BundleReader } from './bundle.ts';
import { Verification } from './context.ts';
import type { VerifierTools } from './context.ts';
import { Findings } from './report.ts';
import type { CheckId, CheckResult, Problem, VerificationReport } from './report.ts';
import type { PinnedTrust } from './trust-file.ts';
import { TrustError } from '../encoding/index.ts';

/** Each group runs whatever the others found, so that one bad record hides nothing else. */
const GROUPS: readonly (readonly [CheckId, string, (v: Verification) => void | Promise<void>])[] = [
  ['V02', 'lot', checkLot],
  ['V03', 'log', checkLog],
  ['V07', 'intake', checkIntake],
  ['V09', 'bids', checkBids],
  ['V16', 'opening', checkOpening],
  ['V18', 'draws', checkDraws],
  ['V20', 'award', checkAward],
  ['V21', 'bundle', checkWhole],
];

/** Of a tender that was cancelled there is nothing else. */
const CANCELLED_GROUPS: typeof GROUPS = [
  ['V02', 'lot', checkLot],
  ['V03', 'log', checkLog],
  ['V02', 'cancellation', checkCancellation],
  ['V21', 'bundle', checkWhole],
];

/**
 * @param form what is wrong with the archive's own bytes, found by whoever read it; it fails V21
 * @param receipts what the platform gave the reader, outside the bundle; what CLOSE does not account for fails V05
 * @param views what others were shown of the same log; a history that is not this one fails V04
 */
export async function verifyEvidence(
  reader: BundleReader,
  trust: PinnedTrust,
  tools: VerifierTools,
  form: readonly Problem[] = [],
  receipts: readonly ShownReceipt[] = [],
  views: readonly OtherView[] = [],
): Promise<VerificationReport> {
  const findings = new Findings();
  for (const { code, subject, blame, facts } of form) findings.fail('V21', code, subject, blame, facts);
  const evidence = await loadEvidence(reader, findings, tools.newHash);
  if (!evidence) return report(findings, { lot: '', audience: '' }, true);
  const v = new Verification(evidence, reader, trust, tools, findings);
  const shown = ['V05', 'receipts', () => checkShownReceipts(v, receipts)] as const;
  const others = ['V04', 'views', () => checkOtherViews(v, views)] as const;
  const groups = only(evidence, 'cancellation') ? CANCELLED_GROUPS : GROUPS;
  for (const [id, subject, check] of [...groups, shown, others]) {
    try {
      await check(v);
    } catch (error) {
      // A record that no rule above refused and no code could use: still the bundle's fault, never a crash.
      if (!(error instanceof TrustError)) throw error;
      findings.fail(id, error.code, subject, error.blame ?? 'bundle', error.facts);
    }
  }
  return report(findings, evidence.header, false);
}

/** The report on a file that is no bundle at all. */
export function unreadableReport(form: readonly Problem[]): VerificationReport {
  const findings = new Findings();
  for (const { code, subject, blame, facts } of form) findings.fail('V21', code, subject, blame, facts);
  return report(findings, { lot: '', audience: '' }, true);
}

function report(
  findings: Findings,
  { lot, audience }: { lot: string; audience: string },
  unreadable: boolean,
): VerificationReport {
  const checks = findings.results().map((check) => (unreadable ? unseen(check) : check));
  const fails = checks.some(({ state }) => state === 'fails');
  return { type: 'verification', verdict: fails ? 'fails' : 'holds', lot, audience, checks };
}

/** Where the bundle could not be read, a check that found nothing has not held: it was not made. */
const unseen = (check: CheckResult): CheckResult =>
  check.state === 'holds' ? { ...check, state: 'absent', notes: ['the bundle cannot be read'] } : check;
