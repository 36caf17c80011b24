/**
 * What a trustee's client checks, by itself, before it releases one share (PROTOCOL section 7): the same rules that
 * the platform keeps when it closes, and that the verifier re-checks afterwards. Everything read here comes from the
 * platform, who is not trusted: certificates and the log's key are the caller's own, pinned.
 */
import { suiteIdOf } from '../suite/index.ts';
import { DAY, addMs, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { TrustError, edVerify, b64u, hashText, signatureInput } from '../encoding/index.ts';
import type { TrustFacts } from '../encoding/index.ts';
import type { Certificate } from '../pki/certificate.ts';
import { checkQuorum } from './quorum.ts';
import type { PinnedTrust } from './trust-file.ts';
import { verifySigned } from '../encoding/signed-record.ts';
import type {
  Acceleration,
  AcceptedBid,
  Close,
  CloseAdd,
  Commit,
  DeadlineChange,
  LogReceipt,
  LotKey,
  Notice,
  Signed,
} from '../records/index.ts';
import { byArrival, followsItsChain } from './standing.ts';

/** From the deadline to the checkpoint of CLOSE: what arrived in time has reached the log by then. */
export const CLOSE_MARGIN_MS = 60_000;
/** The find-yourself window, from CLOSE on: a receipt shown in it adds its bid. */
export const WINDOW_MS = 300_000;

/** Protocol waits are divided by the tender's published acceleration, rounded up to whole milliseconds. */
export const scaledWait = (ms: number, acceleration: Acceleration): number =>
  Math.ceil(ms / acceleration.waits);

/** CLOSE takes the first checkpoint at or after this instant. */
export const closeDueAt = (deadline: Instant, acceleration: Acceleration): Instant =>
  addMs(deadline, scaledWait(CLOSE_MARGIN_MS, acceleration));

/** Nothing is released before this instant; additions are taken in `[closedAt, releaseDueAt)`. */
export const releaseDueAt = (closedAt: Instant, acceleration: Acceleration): Instant =>
  addMs(closedAt, scaledWait(WINDOW_MS, acceleration));

/**
 * One state of the log that the caller has verified itself: from its tiles (a trustee) or from a bundle's proofs
 * (the verifier), against the log key that it has pinned.
 */
export interface LogView {
  /** True iff the leaf at `index` is SHA-256("leaf" ‖ hash ‖ blind). */
  holds(hash: string, blind: string, index: number): boolean;
  /** The size of this checkpoint's tree, when its signature holds and its tree is a prefix of this one; else null. */
  covers(checkpoint: string): number | null;
}

/** What the caller knows by itself and does not take from the platform. */
export interface ReleaseTrust {
  /** A certificate that chains to a pinned root; undefined for any other. */
  certificate(fingerprint: string): Certificate | undefined;
  /** The same, of a certificate that must have been good at this instant, or now if that is earlier. */
  certificateAt(fingerprint: string, at: Instant): Certificate | undefined;
  /** SHA-256 of the certificates that may sign as the platform. */
  readonly platform: ReadonlySet<string>;
  /** Whose cosignatures count, and how many this caller asks for at least. */
  readonly witnesses: Pick<PinnedTrust, 'q' | 'witnesses'>;
  readonly log: LogView;
  /**
   * Those of the accepted commitments whose dealings do not hold (`invalidCommits`, or the same work in worker
   * threads). An honest intake has let none pass.
   */
  invalidCommits(commits: readonly Commit[], lotKey: LotKey): Promise<readonly string[]> | readonly string[];
}

export interface ReleaseFacts {
  /** The caller's own clock. */
  readonly now: Instant;
  /** Checked, signatures and all, when the seat was accepted (`checkLotKey`). */
  readonly lotKey: LotKey;
  /** The first version, the one that LOTKEY names. */
  readonly notice: Notice;
  readonly deadlineChanges: readonly Logged<DeadlineChange>[];
  readonly close: Logged<Close>;
  readonly adds: readonly Logged<CloseAdd>[];
  /** By c, for every accepted and every added bid; those of moved-out bids too, because their `wk` signed the move. */
  readonly commits: ReadonlyMap<string, Commit>;
  /** H("close", …) of the CLOSE of this lot that the caller has seen before; null when this is the first. */
  readonly knownClose: string | null;
  /** The newest change of the deadline that the caller has ever seen; null where it saw none. */
  readonly knownDeadline: KnownDeadline | null;
}

/** A change of the deadline, by its place in the chain. */
export interface KnownDeadline {
  readonly sequence: number;
  /** H("deadline", …). */
  readonly hash: string;
}

/** A signed record and the receipt of its inclusion in the log. */
export interface Logged<T> {
  readonly signed: Signed<T>;
  readonly log: Pick<LogReceipt, 'blind' | 'index'>;
}

/** What may be released: for stage 0 the shares of all these bids, for a later stage of those that stand. */
export interface ReleasePermit {
  readonly close: string;
  readonly adds: readonly string[];
  /** Sorted by arrival. */
  readonly bids: readonly { readonly c: string; readonly arrivedAt: string; readonly commit: Commit }[];
}

type Rule =
  | 'LOT'
  | 'SUITE'
  | 'DEADLINE_CHAIN'
  | 'DEADLINE_SIGNERS'
  | 'DEADLINE_UNLOGGED'
  | 'DEADLINE_HIDDEN'
  | 'CLOSE_SIGNER'
  | 'CLOSE_UNLOGGED'
  | 'CLOSE_SECOND'
  | 'CLOSE_DEADLINE'
  | 'CLOSE_EARLY'
  | 'CHECKPOINT'
  | 'WINDOW'
  | 'BID_ORDER'
  | 'BID_LATE'
  | 'BID_UNLOGGED'
  | 'BID_MOVED'
  | 'COMMIT'
  | 'MOVE'
  | 'ADD'
  | 'DEALING';

const refuse = (rule: Rule, facts: TrustFacts = {}): never => {
  throw new TrustError(`EVIDENCE.RELEASE_${rule}`, facts, 'platform');
};

/** Reads an instant that passed its record's schema; a day that does not exist is refused. */
const at = (text: string): Instant => parseInstant(text) ?? refuse('LOT', { instant: text });

/** What {@link checkRelease} looks at, in its order. */
export const RELEASE_CHECKS = [
  'terms',
  'deadline',
  'close',
  'checkpoint',
  'additions',
  'moves',
  'bids',
  'dealings',
] as const;
export type ReleaseCheck = (typeof RELEASE_CHECKS)[number];

/**
 * Whether shares may leave this machine, and for which bids. `held` is told each check as it holds, for a person who
 * watches; the first one that it is not told is the one that was refused.
 * @throws TrustError EVIDENCE.RELEASE_* with the rule that is broken; nothing may be released then.
 */
export async function checkRelease(
  facts: ReleaseFacts,
  trust: ReleaseTrust,
  held: (check: ReleaseCheck) => void = () => undefined,
): Promise<ReleasePermit> {
  const lotKeyHash = hashText('lotkey', facts.lotKey);
  if (hashText('notice', facts.notice) !== facts.lotKey.notice) refuse('LOT');
  checkSuite(facts);
  held('terms');
  const deadline = effectiveDeadline(lotKeyHash, facts, trust);
  checkKnownDeadline(facts);
  held('deadline');
  const close = checkClose(lotKeyHash, deadline, facts, trust);
  held('close');
  const size = trust.log.covers(close.checkpoint) ?? refuse('CHECKPOINT');
  checkQuorum(close.checkpoint, facts.lotKey, trust.witnesses);
  held('checkpoint');
  const closeHash = hashText('close', close);
  const added = checkAdds(closeHash, close, facts, trust);
  held('additions');
  const accepted = [...close.accepted, ...added.map((add) => add.bid)];
  const moved = checkMoves(close, { size, accepted }, facts, trust);
  held('moves');
  for (const bid of accepted) checkAccepted(bid, { deadline, size, moved, lotKeyHash }, facts, trust);
  if (new Set(accepted.map((bid) => bid.c)).size !== accepted.length) refuse('BID_ORDER');
  held('bids');
  const bids = [...accepted]
    .sort(byArrival)
    .map(({ c, arrivedAt }) => ({ c, arrivedAt, commit: commitOf(c, facts) }));
  const invalid = await trust.invalidCommits(
    bids.map((bid) => bid.commit),
    facts.lotKey,
  );
  if (invalid.length > 0) refuse('DEALING', { c: invalid[0] ?? null, count: invalid.length });
  held('dealings');
  return { close: closeHash, adds: added.map((add) => hashText('close-add', add)), bids };
}

/** One suite in all that a release rests on: what another hash or signature stands under is not of this lot. */
function checkSuite({ lotKey, notice, close, adds }: ReleaseFacts): void {
  const records = [close, ...adds].map(({ signed }) => signed.record);
  const moves = close.signed.record.moves.map(({ move }) => move.record);
  const other = [notice, ...records, ...moves].find((record) => suiteIdOf(record) !== lotKey.suite);
  if (other) refuse('SUITE', { type: other.type, suite: lotKey.suite });
}

/** LOTKEY's deadline and its chain of changes: only ever later, each signed by tenderee or agency and by the regulator. */
export function effectiveDeadline(
  lotKeyHash: string,
  { lotKey, notice, deadlineChanges }: Pick<ReleaseFacts, 'lotKey' | 'notice' | 'deadlineChanges'>,
  { certificateAt, log }: Pick<ReleaseTrust, 'certificateAt' | 'log'>,
): Instant {
  let deadline = lotKey.deadline;
  for (const [index, { signed, log: receipt }] of deadlineChanges.entries()) {
    const change = signed.record;
    const follows =
      change.lotKeyHash === lotKeyHash &&
      suiteIdOf(change) === lotKey.suite &&
      change.sequence === index + 1 &&
      change.from === deadline &&
      at(change.to) > at(change.from);
    if (!follows) refuse('DEADLINE_CHAIN', { sequence: change.sequence });
    // It had to be signed while the old deadline held: a certificate that is given back later changes nothing.
    const known = (fingerprint: string) => certificateAt(fingerprint, at(change.from));
    const signers = verifySigned('deadline', signed, known).map((cert) => cert.holder.creditCode);
    const agreed =
      signers.includes(notice.regulator.creditCode) &&
      (signers.includes(notice.tenderee.creditCode) || signers.includes(notice.agency.creditCode));
    if (!agreed) refuse('DEADLINE_SIGNERS', { sequence: change.sequence });
    if (!log.holds(hashText('deadline', change), receipt.blind, receipt.index)) {
      refuse('DEADLINE_UNLOGGED', { sequence: change.sequence });
    }
    deadline = change.to;
  }
  return at(deadline);
}

/** What was shown once is part of every later chain: a platform cannot take a later deadline back by not showing it. */
function checkKnownDeadline({ deadlineChanges, knownDeadline }: ReleaseFacts): void {
  if (!knownDeadline) return;
  const { sequence, hash } = knownDeadline;
  const shown = deadlineChanges[sequence - 1]?.signed.record;
  if (!shown || hashText('deadline', shown) !== hash) refuse('DEADLINE_HIDDEN', { sequence });
}

function checkClose(lotKeyHash: string, deadline: Instant, facts: ReleaseFacts, trust: ReleaseTrust): Close {
  const { signed, log } = facts.close;
  const close = signed.record;
  const hash = hashText('close', close);
  if (close.lotKeyHash !== lotKeyHash) refuse('LOT');
  signedByPlatform('close', signed, trust, 'CLOSE_SIGNER');
  if (!trust.log.holds(hash, log.blind, log.index)) refuse('CLOSE_UNLOGGED');
  if (facts.knownClose !== null && facts.knownClose !== hash) refuse('CLOSE_SECOND');
  if (at(close.deadline) !== deadline) refuse('CLOSE_DEADLINE', { close: close.deadline });
  const newest = facts.deadlineChanges.at(-1)?.signed.record;
  if (close.deadlineChange !== (newest ? hashText('deadline', newest) : null)) {
    refuse('DEADLINE_HIDDEN', { close: close.deadlineChange });
  }
  const closedAt = at(close.closedAt);
  const releaseAt = at(close.releaseAt);
  if (closedAt < closeDueAt(deadline, facts.lotKey.acceleration)) refuse('CLOSE_EARLY');
  if (releaseAt < releaseDueAt(closedAt, facts.lotKey.acceleration)) refuse('CLOSE_EARLY');
  // A release time far away would be a way to let an opening starve; the window is minutes.
  if (releaseAt > addMs(closedAt, DAY)) refuse('CLOSE_DEADLINE', { releaseAt: close.releaseAt });
  if (facts.now < releaseAt) refuse('WINDOW', { releaseAt: close.releaseAt });
  const inOrder = close.accepted.every((bid, i) => {
    const before = close.accepted[i - 1];
    return before === undefined || byArrival(before, bid) < 0;
  });
  if (!inOrder) refuse('BID_ORDER');
  return close;
}

function signedByPlatform(
  type: string,
  signed: Signed<object>,
  { platform, certificate }: ReleaseTrust,
  rule: Rule,
): void {
  const signers = verifySigned(type, signed, certificate);
  if (!signers.some((signer) => platform.has(signer.fingerprint))) refuse(rule);
}

function checkAdds(closeHash: string, close: Close, { adds }: ReleaseFacts, trust: ReleaseTrust): CloseAdd[] {
  return adds.map(({ signed, log }, index) => {
    const add = signed.record;
    signedByPlatform('close-add', signed, trust, 'CLOSE_SIGNER');
    const addedAt = at(add.addedAt);
    const holds =
      add.lotKeyHash === close.lotKeyHash &&
      add.close === closeHash &&
      add.sequence === index + 1 &&
      addedAt >= at(close.closedAt) &&
      addedAt < at(close.releaseAt) &&
      trust.log.holds(hashText('close-add', add), log.blind, log.index);
    if (!holds) refuse('ADD', { sequence: add.sequence, addedAt: add.addedAt });
    return add;
  });
}

/** Every bid that CLOSE leaves out as moved was moved by its own `wk`, before the deadline. Returns who is out. */
function checkMoves(
  close: Close,
  { size, accepted }: { readonly size: number; readonly accepted: readonly AcceptedBid[] },
  facts: ReleaseFacts,
  trust: ReleaseTrust,
): Set<string> {
  const moved = new Set<string>();
  const known = new Set([...accepted.map(({ c }) => c), ...close.moves.map(({ move }) => move.record.from)]);
  for (const { move, arrivedAt, blind, index } of close.moves) {
    const { record, sig } = move;
    const wk = b64u.decode(commitOf(record.from, facts).wk);
    const holds =
      record.lotKeyHash === close.lotKeyHash &&
      at(arrivedAt) < at(close.deadline) &&
      index < size &&
      !moved.has(record.from) &&
      followsItsChain(record, close.moves) &&
      (record.to === null || known.has(record.to)) &&
      trust.log.holds(hashText('move', record), blind, index) &&
      edVerify(wk, signatureInput('move', record), b64u.decode(sig));
    if (!holds) refuse('MOVE', { from: record.from });
    moved.add(record.from);
  }
  return moved;
}

interface AcceptedContext {
  readonly deadline: Instant;
  /** Of CLOSE's checkpoint: every accepted bid was in the log by then. */
  readonly size: number;
  readonly moved: ReadonlySet<string>;
  readonly lotKeyHash: string;
}

function checkAccepted(
  bid: AcceptedBid,
  { deadline, size, moved, lotKeyHash }: AcceptedContext,
  facts: ReleaseFacts,
  { log }: ReleaseTrust,
): void {
  const { c } = bid;
  if (at(bid.arrivedAt) >= deadline || at(bid.storedAt) >= deadline) refuse('BID_LATE', { c });
  if (bid.index >= size || !log.holds(c, bid.blind, bid.index)) refuse('BID_UNLOGGED', { c });
  if (moved.has(c)) refuse('BID_MOVED', { c });
  const commit = commitOf(c, facts);
  if (commit.lotKeyHash !== lotKeyHash || commit.suite !== facts.lotKey.suite) refuse('COMMIT', { c });
}

function commitOf(c: string, { commits }: ReleaseFacts): Commit {
  const commit = commits.get(c) ?? refuse('COMMIT', { c });
  if (hashText('commit', commit) !== c) refuse('COMMIT', { c });
  return commit;
}
