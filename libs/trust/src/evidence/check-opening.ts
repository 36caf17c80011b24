/** V11 to V16: keys, bytes, identities and the opening record, all done again. */
import { hashText, parseRecord, TrustError } from '../encoding/index.ts';
import { openingSheet } from '../records/index.ts';
import type { LotKey, OpeningRecord, OpeningSheet, StageRule } from '../records/index.ts';
import { lackOfRootList, openBidIdentity } from '../seal/bid-identity.ts';
import type { BidIdentity } from '../seal/bid-identity.ts';
import { only } from './bundle.ts';
import {
  checkJournalShares,
  checkReveals,
  checkSealedShares,
  checkShareFiles,
  combine,
  headOf,
} from './check-shares.ts';
import { checkDestructions } from './check-destructions.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';
import { openFromBundle } from './open-from-bundle.ts';
import type { Bid, OpenedContent } from './open-from-bundle.ts';
import { MIN_BIDDERS, standingBids } from './standing.ts';
import type { IdentityFinding, Standing } from './standing.ts';

export async function checkOpening(v: Verification): Promise<void> {
  const { lotKey } = v;
  const record = only(v.evidence, 'opening-record');
  if (!lotKey || !v.close || !record)
    return v.findings.fail('V16', 'EVIDENCE.MISSING', 'record.json', 'bundle');
  checkJournalShares(v, lotKey);
  const moves = v.close.moves.map(({ move }) => move.record);
  const enough = v.accepted.length >= MIN_BIDDERS;
  const keys = enough
    ? combine(v, lotKey, { stage: 0, audience: 'public' }, v.acceptedCommits)
    : new Map<string, Uint8Array>();
  const { findings, identities } = await openIdentities(v, lotKey, keys);
  const standing = enough ? standingBids(findings, moves) : unopened(v);
  const going = standing.goesOn
    ? standing.bids.filter(({ outcome }) => outcome === 'standing').map(({ c }) => c)
    : [];
  const contents = await openStages(v, lotKey, new Set(going), identities);
  checkRecord(v, record.record, standing, contents);
  const agency = v.notices[0]?.record.agency.creditCode ?? '';
  const rule = { when: at(record.record.finishedAt), needed: ['platform', agency], blame: 'agency' } as const;
  v.checkSigners('V16', 'record.json', 'opening-record', record, rule);
  checkDestructions(v, lotKey, hashText('opening-record', record.record));
  checkSealedShares(v, lotKey, standing.goesOn);
  const reached = { identities: enough, contents: standing.goesOn, standing: new Set(going) };
  checkTrustees(v, record.record, lotKey);
  checkShareFiles(v, lotKey, reached);
  checkReveals(v, lotKey, reached);
}

/** 法28, 条例44: of fewer than three commitments not even an identity opens, so that no name is proven. */
const unopened = (v: Verification): Standing => ({
  bids: v.accepted.map(({ c }) => ({ c, outcome: 'standing', reason: '', bidder: null })),
  distinctBidders: 0,
  goesOn: false,
});

/** Stage 0: every accepted bid's `I`. */
async function openIdentities(
  v: Verification,
  lotKey: LotKey,
  keys: ReadonlyMap<string, Uint8Array>,
): Promise<{ findings: IdentityFinding[]; identities: Map<string, BidIdentity> }> {
  const identities = new Map<string, BidIdentity>();
  const findings: IdentityFinding[] = [];
  for (const subject of v.acceptedCommits) {
    const { c, arrivedAt } = subject.bid;
    const key = keys.get(c);
    if (!key) continue;
    const opened = await openFromBundle(v, lotKey, subject, { e: 'I', key, keep: 'payload' });
    if (!opened.ok) {
      findings.push({ c, arrivedAt, identity: { ok: false, fault: opened.fault, reason: opened.code } });
      continue;
    }
    const identity = identityOf(v, subject, opened.payload);
    if (identity.ok) {
      identities.set(c, identity.value);
      const { name, creditCode, statement } = identity.value;
      const withdrawAll = statement.withdraw === 'all';
      findings.push({ c, arrivedAt, identity: { ok: true, name, creditCode, withdrawAll } });
    } else {
      const reason = identity.error.code;
      const lack = lackOfRootList(identity.error, v.trust.ca);
      if (lack) v.findings.fail('V15', lack, c, 'platform');
      findings.push({ c, arrivedAt, identity: { ok: false, fault: 'bidder', reason } });
      v.findings.note('V15', `${c}: ${reason}`);
    }
  }
  v.findings.note('V15', `${identities.size} signatures of bidders hold`);
  return { findings, identities };
}

function identityOf(v: Verification, { bid, commit }: Bid, payload: Uint8Array) {
  return openBidIdentity({
    payload,
    commit,
    documents: v.notices.map(({ record }) => hashText('documents', record.documents)),
    roots: v.trust.ca,
    crls: v.closeCrls,
    at: at(bid.arrivedAt),
    crlsAt: at(v.close?.closedAt ?? bid.arrivedAt),
  });
}

/** What the opening of one standing bid gave, as far as this reader may look. */
interface Content {
  readonly sheet: OpeningSheet | null;
  readonly fault: 'bidder' | 'platform' | null;
}

/** Stages 1 and later, for the bids that stand; what the bundle does not show this reader is restricted. */
async function openStages(
  v: Verification,
  lotKey: LotKey,
  standing: ReadonlySet<string>,
  identities: ReadonlyMap<string, BidIdentity>,
): Promise<ReadonlyMap<string, Content>> {
  const contents = new Map<string, Content>();
  const bids = v.acceptedCommits.filter(({ bid }) => standing.has(bid.c));
  for (const rule of lotKey.stages.filter(({ stage }) => stage > 0)) {
    if (rule.audience === 'committee' && v.evidence.header.audience === 'public') {
      restrict(v, rule);
      continue;
    }
    const keys = combine(v, lotKey, rule, bids);
    for (const subject of bids) {
      const key = keys.get(subject.bid.c);
      if (!key) continue;
      for (const e of rule.envelopes) {
        const opened = await openFromBundle(v, lotKey, subject, {
          e,
          key,
          keep: e === 'E0' ? 'opening-sheet.json' : 'nothing',
        });
        mergeContent(contents, subject.bid.c, contentOf(e, opened, identities.get(subject.bid.c)));
      }
    }
  }
  return contents;
}

function restrict(v: Verification, rule: StageRule): void {
  const why = `stage ${rule.stage}, ${rule.audience} (${rule.envelopes.join(', ')}): for the committee and auditors`;
  // The public part of these checks was made all the same; a problem in it still fails them.
  for (const id of ['V11', 'V12', 'V13', 'V14'] as const) v.findings.set(id, 'restricted', why);
}

/** The envelope holds what the bidder signed for, and the sheet is one that can be read out. */
function contentOf(e: string, opened: OpenedContent, identity: BidIdentity | undefined): Content {
  if (!opened.ok) return { sheet: null, fault: opened.fault };
  const promised = identity?.statement.manifests.find((each) => each.e === e)?.sha256;
  if (promised !== opened.manifestSha256) return { sheet: null, fault: 'bidder' };
  if (e !== 'E0') return { sheet: null, fault: null };
  try {
    const sheet = parseRecord(openingSheet, opened.payload);
    const own = sheet.bidder.creditCode === identity?.creditCode && sheet.bidder.name === identity.name;
    return own ? { sheet, fault: null } : { sheet: null, fault: 'bidder' };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return { sheet: null, fault: 'bidder' };
  }
}

function mergeContent(contents: Map<string, Content>, c: string, next: Content): void {
  const before = contents.get(c);
  contents.set(c, { sheet: next.sheet ?? before?.sheet ?? null, fault: before?.fault ?? next.fault });
}

/** Whose bid, what outcome, what was read out: the record says exactly what the bytes say. */
function checkRecord(
  v: Verification,
  record: OpeningRecord,
  standing: Standing,
  contents: ReadonlyMap<string, Content>,
): void {
  const expect = (holds: boolean, code: FindingCode, subject = 'record.json') =>
    v.findings.expect(holds, 'V16', code, subject, 'platform');
  const head = headOf(v, { stage: 0, audience: 'public' }, 1);
  expect(record.lot === v.evidence.header.lot && record.lotKeyHash === head.lotKeyHash, 'EVIDENCE.OTHER_LOT');
  expect(record.close === head.close && record.adds.join() === head.adds.join(), 'EVIDENCE.OTHER_CLOSE');
  const due = at(record.openedAt) >= at(v.close?.releaseAt ?? record.openedAt);
  expect(due && at(record.finishedAt) >= at(record.openedAt), 'EVIDENCE.OPENED_EARLY');
  expect(record.distinctBidders === standing.distinctBidders, 'EVIDENCE.DISTINCT_BIDDERS');
  expect(record.result === (standing.goesOn ? 'opened' : 'failed'), 'EVIDENCE.RESULT');
  const listed = new Map(record.bids.map((bid) => [bid.c, bid]));
  const moved = new Set(v.close?.moves.map(({ move }) => move.record.from));
  const extra = record.bids.filter(({ c }) => !moved.has(c) && !standing.bids.some((bid) => bid.c === c));
  expect(extra.length === 0 && listed.size === record.bids.length, 'EVIDENCE.OTHER_BIDS');
  for (const { c, outcome, bidder, sheet } of record.bids.filter((bid) => moved.has(bid.c))) {
    const out = outcome === 'withdrawn' || outcome === 'superseded';
    expect(out && bidder === null && sheet === null, 'EVIDENCE.OTHER_OUTCOME', c);
  }
  for (const bid of standing.bids) {
    const said = listed.get(bid.c);
    if (!expect(said !== undefined, 'EVIDENCE.BID_MISSING', bid.c) || !said) continue;
    const content = contents.get(bid.c);
    const outcome = outcomeOf(v, bid, standing.goesOn, content, said.outcome);
    const id = bid.outcome === 'invalid-identity' || said.outcome === 'invalid-identity' ? 'V15' : 'V16';
    v.findings.expect(said.outcome === outcome, id, 'EVIDENCE.OTHER_OUTCOME', bid.c, 'platform');
    expect(
      hashText('bidder', said.bidder) === hashText('bidder', bid.bidder),
      'EVIDENCE.OTHER_BIDDER',
      bid.c,
    );
    const sheet = outcome === 'opened' ? (content?.sheet ?? null) : null;
    expect(hashText('sheet', said.sheet) === hashText('sheet', sheet), 'EVIDENCE.OTHER_SHEET', bid.c);
  }
  v.findings.note('V16', `${standing.bids.length} bids, ${standing.distinctBidders} distinct bidders`);
}

function outcomeOf(
  v: Verification,
  { c, outcome: stood }: Standing['bids'][number],
  goesOn: boolean,
  content: Content | undefined,
  said: OpeningRecord['bids'][number]['outcome'],
): OpeningRecord['bids'][number]['outcome'] {
  if (stood !== 'standing') return stood;
  if (!goesOn) return 'sealed';
  if (content?.fault === 'bidder') return 'revoked-bidder-fault';
  if (content?.fault === 'platform') return 'withdrawn-platform-fault';
  // A committee envelope that this reader may not open can have failed: the record's word stands, and V16 says so.
  const unseen =
    v.evidence.header.audience === 'public' &&
    v.lotKey?.stages.some(({ stage, audience }) => stage > 0 && audience === 'committee');
  if (!unseen || (said !== 'revoked-bidder-fault' && said !== 'withdrawn-platform-fault')) return 'opened';
  if (said === 'revoked-bidder-fault')
    v.findings.set('V16', 'restricted', `${c}: revoked for an envelope that only auditors can open`);
  else v.findings.fail('V13', 'EVIDENCE.BYTES_LOST', `${c}, a committee envelope`, 'platform');
  return said;
}

/**
 * Who the record says came. `used` has shares here, or announced for the committee; who has any is `used`. The journal
 * may be opened after the record too (20号令49), so its shares alone say neither.
 */
function checkTrustees(v: Verification, record: OpeningRecord, lotKey: LotKey): void {
  const { shares, 'sealed-shares': sealed } = v.evidence.records;
  const content = [...shares.values()].filter((one) => one.record.audience !== 'journal');
  const came = new Set([...content, ...sealed.values()].map((one) => one.record.i));
  const any = new Set([...shares.values(), ...sealed.values()].map((one) => one.record.i));
  const said = new Map(record.trustees.map(({ i, state }) => [i, state]));
  const expect = (holds: boolean, subject: string) =>
    v.findings.expect(holds, 'V16', 'EVIDENCE.TRUSTEES', subject, 'platform');
  expect(said.size === lotKey.n && record.trustees.length === lotKey.n, 'record.json');
  for (const { i } of lotKey.trustees)
    expect(said.get(i) === 'used' ? any.has(i) : !came.has(i), `record.json, seat ${i}`);
}
