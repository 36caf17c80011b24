import type { Instant } from '#kernel';
import {
  TrustError,
  checkDealing,
  checkQuorum,
  hashText,
  invalidCommits,
  journalBody,
  journalLabel,
  logKeyOf,
  openCheckpoint,
  proveLog,
  tilePath,
  trusteeKeysOf,
  verifySigned,
} from '#trust';
import type {
  Commit,
  JournalKey,
  LogQuestion,
  LogView,
  Logged,
  LotKey,
  PinnedTrust,
  ReleaseFacts,
  ReleaseTrust,
  Signed,
  WitnessTerms,
} from '#trust';
import { checkLot, fetchLot } from '../lot.ts';
import { pause } from '../pause.ts';
import type { CheckedLot } from '../lot.ts';
import type { OpeningAnswer } from '../platform/answers.ts';
import type { Platform } from '../platform/platform.ts';
import type { LotSecret } from './keystore.ts';
import type { Trustee } from './seat.ts';

/** What one lot looks like to a trustee who is asked for its shares: fetched anew each time, nothing believed yet. */
export interface LotMaterial {
  readonly lot: CheckedLot;
  readonly opening: OpeningAnswer;
  readonly facts: ReleaseFacts;
  readonly trust: ReleaseTrust;
  /** Checked: signed by the platform, logged, its dealing proved. */
  readonly journal: JournalKey;
}

/**
 * Proves what is asked of the log to the newest checkpoint that the lot's quorum of witnesses cosigned and the pinned key
 * signed, from the tiles that it takes: each is read once. Null while no such checkpoint holds a leaf at `upTo`.
 */
export async function readLog(
  platform: Platform,
  trust: PinnedTrust,
  terms: WitnessTerms,
  { upTo, ...question }: LogQuestion & { readonly upTo: number },
): Promise<LogView | null> {
  const key = logKeyOf(trust);
  const checkpoint = terms.q === 0 ? await platform.checkpoint() : await platform.cosignedCheckpoint(terms.q);
  if (checkpoint === null) return null;
  const { size } = openCheckpoint(checkpoint, key);
  if (size <= upTo) return null;
  checkQuorum(checkpoint, terms, trust);
  const known = new Map<string, Promise<Uint8Array>>();
  return proveLog(question, checkpoint, key, (tile) => {
    const path = tilePath(tile);
    const bytes = known.get(path) ?? platform.logFile(path);
    known.set(path, bytes);
    return bytes;
  });
}

type LogPlace = Logged<unknown>['log'];

/** Every leaf on which a release rests, and the checkpoint that CLOSE names. */
function questionOf(
  { close, adds, deadlineChanges }: Pick<ReleaseFacts, 'close' | 'adds' | 'deadlineChanges'>,
  journal: LogPlace | null,
): LogQuestion & { readonly upTo: number } {
  const { accepted, moves, checkpoint } = close.signed.record;
  const records = [close, ...adds, ...deadlineChanges].map(({ log }) => log.index);
  const bids = [...accepted, ...moves, ...adds.map(({ signed }) => signed.record.bid)];
  const others = [...bids, ...(journal ? [journal] : [])].map(({ index }) => index);
  return { indexes: [...records, ...others], checkpoints: [checkpoint], upTo: Math.max(...records) };
}

/** Why not, in words, before CLOSE is in the log and its witnesses stand behind that. */
export async function fetchMaterial(
  { platform, trust, clock, held }: Pick<Trustee, 'platform' | 'trust' | 'clock' | 'held'>,
  { lot: lotId, close: knownClose, lotKeyHash, deadline }: LotSecret,
  opening: OpeningAnswer,
): Promise<LotMaterial | string> {
  if (!opening.close || !opening.closeLog) return 'not closed';
  const now: Instant = clock.now();
  const file = await fetchLot(platform, lotId);
  const lot = checkLot(file, { id: lotId, key: lotKeyHash }, trust, now);
  const view = await platform.lot(lotId);
  const signers = [opening.close, ...opening.adds, ...view.deadlineChanges].flatMap(({ signatures }) =>
    signatures.map(({ signer }) => signer),
  );
  await lot.certificates.learn(signers, (fingerprint) => platform.certificate(fingerprint));
  held?.('lot');
  const deadlineChanges = await Promise.all(
    view.deadlineChanges.map((signed) => logged(platform, 'deadline', signed, null)),
  );
  const adds = await Promise.all(
    opening.adds.map((signed, at) => logged(platform, 'close-add', signed, opening.addLogs[at] ?? null)),
  );
  const close = { signed: opening.close, log: opening.closeLog };
  const journalLog = await journalReceipt(platform, file.lotkey.journal);
  const question = questionOf({ close, adds, deadlineChanges }, journalLog);
  const log = await readLog(platform, trust, lot.lotKey, question);
  if (!log) return 'CLOSE waits for the log and its witnesses';
  held?.('log');
  const facts: ReleaseFacts = {
    now,
    lotKey: lot.lotKey,
    notice: lot.first,
    deadlineChanges,
    close,
    adds,
    commits: await platform.commits(lotId),
    knownClose,
    knownDeadline: deadline ?? null,
  };
  const release: ReleaseTrust = {
    certificate: lot.certificates.lookup,
    certificateAt: lot.certificates.lookupAt,
    platform: trust.platform,
    witnesses: trust,
    log,
    invalidCommits: checkInTurns,
  };
  const journal = checkedJournal(file.lotkey.journal, journalLog, lot, { trust, log });
  held?.('journal');
  return { lot, opening, facts, trust: release, journal };
}

/** Some at a time, so that a page that runs this still answers between them. */
const AT_ONCE = 16;

async function checkInTurns(commits: readonly Commit[], lotKey: LotKey): Promise<string[]> {
  const invalid: string[] = [];
  for (let at = 0; at < commits.length; at += AT_ONCE) {
    invalid.push(...invalidCommits(commits.slice(at, at + AT_ONCE), lotKey));
    await pause(0);
  }
  return invalid;
}

async function logged<T>(
  platform: Platform,
  type: string,
  signed: Signed<T>,
  given: Logged<T>['log'] | null,
): Promise<Logged<T>> {
  const log = given ?? (await platform.logReceipt(hashText(type, signed.record)));
  if (!log) throw new TrustError('LOG.CHECKPOINT', { reason: 'not in the log', type }, 'platform');
  return { signed, log };
}

const journalReceipt = async (platform: Platform, signed: Signed<JournalKey> | null) =>
  signed && (await logged(platform, 'journal', signed, null)).log;

function checkedJournal(
  signed: Signed<JournalKey> | null,
  receipt: LogPlace | null,
  { lotKey, lotKeyHash, certificates }: CheckedLot,
  { trust, log }: { trust: PinnedTrust; log: LogView },
): JournalKey {
  const refuse = (reason: string): TrustError => new TrustError('EVIDENCE.JOURNAL', { reason }, 'platform');
  if (!signed || !receipt) throw refuse('missing');
  const { record } = signed;
  if (record.lotKeyHash !== lotKeyHash) throw refuse('of another lot');
  const signers = verifySigned('journal', signed, certificates.lookup);
  if (!signers.some(({ fingerprint }) => trust.platform.has(fingerprint))) throw refuse('not the platform’s');
  if (!log.holds(hashText('journal', record), receipt.blind, receipt.index)) throw refuse('not logged');
  const holds = checkDealing({
    dealing: record.dealing,
    type: 'journal',
    label: journalLabel(record),
    body: journalBody(record),
    trusteeKeys: trusteeKeysOf(lotKey),
    k: lotKey.k,
  });
  if (!holds) throw refuse('its dealing does not hold');
  return record;
}
