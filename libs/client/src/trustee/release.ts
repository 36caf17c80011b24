import {
  MIN_BIDDERS,
  RELEASE_CHECKS,
  TrustError,
  checkRelease,
  eciesSeal,
  hashText,
  journalTargets,
  makeShares,
  sealedSharesContent,
  sealedSharesInfo,
  sealedSharesOf,
  shareTargets,
  signRecord,
  systemRandom,
  suiteField,
  suiteOf,
} from '#trust';
import type { ReleasePermit, ShareTarget, Shares } from '#trust';
import { formatInstant } from '#kernel';
import type { OpeningAnswer } from '../platform/answers.ts';
import { deriveStanding } from './identities.ts';
import type { LotSecret } from './keystore.ts';
import { fetchMaterial } from './material.ts';
import type { LotMaterial } from './material.ts';
import type { Trustee } from './seat.ts';

/** Where a lot is, as this trustee sees it. `waiting`: nothing may be released yet. */
export interface ReleaseState {
  readonly state: 'waiting' | 'released' | 'failed';
  /** What left this machine in this run, e.g. `0/public`. */
  readonly released: readonly string[];
  readonly bids: number;
  readonly standing: number | null;
  /** Why nothing (more) was released. */
  readonly reason: string | null;
}

interface Step {
  readonly stage: number;
  readonly audience: Shares['audience'];
  readonly targets: readonly ShareTarget[];
}

/** Everything that must hold before the first share leaves, in the order in which it is looked at. */
export const RELEASE_STEPS = [
  'closed',
  'window',
  'lot',
  'log',
  'journal',
  ...RELEASE_CHECKS,
  'bound',
] as const;
export type ReleaseStep = (typeof RELEASE_STEPS)[number];

/** What is about to leave: shares of so many dealings, of one stage for one audience. */
export interface Leaving {
  readonly lot: string;
  readonly stage: number;
  readonly audience: Shares['audience'];
  readonly dealings: number;
}

/** Asked before anything leaves: the attended command shows it to a person, the daemon says yes. */
export type Confirm = (summary: string, leaving: Leaving) => Promise<boolean>;

const nameOf = ({ stage, audience }: Pick<Step, 'stage' | 'audience'>): string =>
  `${String(stage)}/${audience}`;

/**
 * Releases what may be released now and no more: stage 0 and the journal once this client itself has verified its own
 * clock, the latest logged deadline, the lot's first CLOSE, the window over and every dealing; stage 1 for the bids
 * that, by this client's own opening of stage 0, stand. Throws TrustError where the platform broke a rule.
 */
export async function releaseShares(
  trustee: Trustee,
  secret: LotSecret,
  opening: OpeningAnswer,
  confirm: Confirm,
): Promise<ReleaseState> {
  const { platform, trust, keystore } = trustee;
  const permitted = await permittedOf(trustee, secret, opening);
  if (typeof permitted === 'string') return waiting(permitted);
  const { material, permit } = permitted;
  const kept = boundTo(secret, permit);
  if (secret.close === null) await keystore.save(kept);
  trustee.held?.('bound');
  const released: string[] = [];
  const send = async (step: Step): Promise<boolean> => {
    if (isThere(opening, secret.i, step)) return true;
    const summary = `lot ${secret.lot}: ${nameOf(step)}, ${String(step.targets.length)} dealings`;
    const { stage, audience, targets } = step;
    const leaving = { lot: secret.lot, stage, audience, dealings: targets.length };
    if (!(await confirm(summary, leaving))) return false;
    await sendStep(trustee, material, permit, kept, step);
    trustee.progress(`released ${summary}`);
    released.push(nameOf(step));
    return true;
  };
  const bids = permit.bids.length;
  // 法28: of fewer than three commitments not even an identity opens.
  const enough = bids >= MIN_BIDDERS;
  const identities: Step = {
    stage: 0,
    audience: 'public',
    targets: shareTargets(permit.bids, 0, 'public'),
  };
  const journal: Step = { stage: 0, audience: 'journal', targets: journalTargets(material.journal) };
  const first = enough ? [identities, journal] : [journal];
  for (const step of first) {
    if (!(await send(step)))
      return { state: 'waiting', released, bids, standing: null, reason: 'not confirmed' };
  }
  if (!enough) return { state: 'failed', released, bids, standing: null, reason: 'fewer than three bids' };
  const standing = await deriveStanding(platform, trust, material, permit);
  if (!standing)
    return { state: 'waiting', released, bids, standing: null, reason: 'too few trustees at stage 0' };
  const count = standing.distinctBidders;
  if (!standing.goesOn)
    return { state: 'failed', released, bids, standing: count, reason: 'fewer than three bidders' };
  const stands = new Set(standing.bids.filter(({ outcome }) => outcome === 'standing').map(({ c }) => c));
  const going = permit.bids.filter(({ c }) => stands.has(c));
  for (const { stage, audience } of material.lot.lotKey.stages.filter((rule) => rule.stage === 1)) {
    const step: Step = { stage, audience, targets: shareTargets(going, stage, audience) };
    if (!(await send(step)))
      return { state: 'waiting', released, bids, standing: count, reason: 'not confirmed' };
  }
  return { state: 'released', released, bids, standing: count, reason: null };
}

/**
 * From the first share on the set is final (PROTOCOL section 7), also after a restart: an addition that the platform
 * dates back once prices are known would let it choose from a grid of its own bids.
 * @throws TrustError EVIDENCE.RELEASE_ADD
 */
export function boundTo(secret: LotSecret, permit: Pick<ReleasePermit, 'close' | 'adds'>): LotSecret {
  const adds = hashText('close-adds', permit.adds);
  if (secret.adds !== null && secret.adds !== adds)
    throw new TrustError('EVIDENCE.RELEASE_ADD', { lot: secret.lot, adds: permit.adds.length }, 'platform');
  return { ...secret, close: permit.close, adds };
}

const waiting = (reason: string): ReleaseState => ({
  state: 'waiting',
  released: [],
  bids: 0,
  standing: null,
  reason,
});

/** A lot that may be released, with everything that was checked for it. */
export interface Permitted {
  /** CLOSE and its additions: other ones are checked anew. */
  readonly set: string;
  readonly material: LotMaterial;
  readonly permit: ReleasePermit;
}

/** Why not, in words, where it is only too early. */
async function permittedOf(
  trustee: Trustee,
  secret: LotSecret,
  opening: OpeningAnswer,
): Promise<Permitted | string> {
  const held = (step: ReleaseStep): void => trustee.held?.(step);
  if (!opening.close) return 'not closed';
  held('closed');
  if (formatInstant(trustee.clock.now()) < opening.close.record.releaseAt) return WINDOW;
  // An addition that was stored in time may commit a moment after the window: only when the platform has left `closed`,
  // which it does under the lock that additions take, can none follow, and only then is this set bound.
  if (opening.state === 'waiting' || opening.state === 'closed') return WINDOW;
  held('window');
  const adds = opening.adds.map(({ record }) => hashText('close-add', record));
  const set = [hashText('close', opening.close.record), ...adds].join();
  const known = trustee.permitted.get(secret.lot);
  if (known?.set === set) {
    for (const step of RELEASE_STEPS) if (step !== 'bound') held(step);
    return known;
  }
  const material = await fetchMaterial(trustee, secret, opening);
  if (typeof material === 'string') return material;
  if (material.lot.lotKeyHash !== secret.lotKeyHash) {
    throw new TrustError('LOTKEY.SHAPE', { reason: 'not the key record that was signed' }, 'platform');
  }
  try {
    const permit = await checkRelease(material.facts, material.trust, held);
    trustee.permitted.set(secret.lot, { set, material, permit });
    return { set, material, permit };
  } catch (error) {
    if (error instanceof TrustError && error.code === 'EVIDENCE.RELEASE_WINDOW') return WINDOW;
    throw error;
  }
}

const WINDOW = 'the find-yourself window is open';

/** The platform has this seat's record already: it was sent before a restart. */
const isThere = ({ trustees }: OpeningAnswer, seat: number, step: Step): boolean =>
  trustees.some(({ i, stages }) => i === seat && stages.includes(nameOf(step)));

async function sendStep(
  { platform, signer }: Trustee,
  { lot }: LotMaterial,
  permit: ReleasePermit,
  secret: LotSecret,
  { stage, audience, targets }: Step,
): Promise<void> {
  const { lotKey, lotKeyHash } = lot;
  const { group } = suiteOf(lotKey.suite);
  const head = {
    ...suiteField(lotKey.suite),
    lotKeyHash,
    close: permit.close,
    adds: permit.adds,
    stage,
    audience,
    i: secret.i,
  };
  const record = makeShares(head, targets, group.decodeScalar(secret.x), systemRandom);
  const signed = await signRecord('shares', record, [signer]);
  if (audience !== 'committee') {
    await platform.sendShares(lotKey.lot, signed);
    return;
  }
  const announcement = await signRecord('sealed-shares', sealedSharesOf(record), [signer]);
  const info = sealedSharesInfo(hashText('shares', record));
  const box = await eciesSeal(
    group.decodePoint(lotKey.room),
    info,
    sealedSharesContent(signed),
    systemRandom,
  );
  await platform.sendSealedShares(lotKey.lot, announcement, box);
}
