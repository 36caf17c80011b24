import { parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import {
  LEAF_BYTES,
  MAX_IDENTITY_BYTES,
  TrustError,
  b64u,
  bidLabel,
  checkSharesRecord,
  ciphertextLength,
  combineShares,
  concat,
  envelopeContext,
  envelopeKey,
  equalBytes,
  hashText,
  keyOfSecretPoint,
  lackOfRootList,
  leafHash1MiB,
  openBidIdentity,
  openEnvelope,
  parseCrl,
  rootOfLeaves,
  sha256,
  shareClaims,
  shareTargets,
  shares as sharesSchema,
  signed as signedSchema,
  standingBids,
  verifyShares,
  webCryptoAead,
  suiteField,
} from '#trust';
import type {
  CertificateRevocationList,
  Identity,
  IdentityFinding,
  PinnedTrust,
  ReleasePermit,
  Shares,
  Standing,
} from '#trust';
import { cannotTell } from '../failure.ts';
import type { Platform } from '../platform/platform.ts';
import type { LotMaterial } from './material.ts';

type Bid = ReleasePermit['bids'][number];
const signedShares = signedSchema(sharesSchema);

/**
 * Whose bid stands, found out by this client itself from the published stage-0 shares and identity envelopes: the
 * platform's own opinion is not asked. Null while fewer than k trustees have released theirs.
 */
export async function deriveStanding(
  platform: Platform,
  trust: PinnedTrust,
  material: LotMaterial,
  permit: ReleasePermit,
): Promise<Standing | null> {
  const keys = await stageKeys(platform, material, permit);
  if (!keys) return null;
  const crls = await namedCrls(platform, material);
  const findings: IdentityFinding[] = [];
  for (const bid of permit.bids) {
    const K = keys.get(bid.c);
    if (!K) return null;
    const identity = await identityOf(platform, trust, material, { bid, K, crls });
    findings.push({ c: bid.c, arrivedAt: bid.arrivedAt, identity });
  }
  const moves = material.facts.close.signed.record.moves.map(({ move }) => move.record);
  return standingBids(findings, moves);
}

/** The stage-0 key of every bid, from k seats whose records hold wholly; others are left out, as the platform must. */
async function stageKeys(
  platform: Platform,
  { lot, facts }: LotMaterial,
  permit: ReleasePermit,
): Promise<Map<string, Uint8Array> | null> {
  const { lotKey, lotKeyHash, certificates } = lot;
  const targets = shareTargets(permit.bids, 0, 'public');
  const good: Shares[] = [];
  for (const each of await platform.shares(facts.lotKey.lot, 0, 'public')) {
    const parsed = signedShares.safeParse(each);
    if (!parsed.success) continue;
    const { record } = parsed.data;
    const head = {
      ...suiteField(lotKey.suite),
      lotKeyHash,
      close: permit.close,
      adds: permit.adds,
      stage: 0,
      audience: 'public' as const,
    };
    try {
      checkSharesRecord(parsed.data, { ...head, i: record.i }, targets, lotKey, certificates.lookup);
    } catch (error) {
      if (error instanceof TrustError) continue;
      throw error;
    }
    const holds = verifyShares(shareClaims(record, targets, lotKey)).length === 0;
    if (holds && !good.some(({ i }) => i === record.i)) good.push(record);
  }
  if (good.length < lotKey.k) return null;
  return new Map(
    permit.bids.map(({ c, commit }, at) => {
      const pieces = good.map(({ i, shares }) => ({ i, D: shares[at]?.D ?? '' }));
      return [
        c,
        keyOfSecretPoint(combineShares(pieces, lotKey.k, lotKey.suite), bidLabel(commit, 0, 'public')),
      ];
    }),
  );
}

async function namedCrls(platform: Platform, { facts }: LotMaterial): Promise<CertificateRevocationList[]> {
  return Promise.all(
    facts.close.signed.record.crls.map(async (hash) => {
      const der = await platform.crl(hash);
      const list = b64u.encode(sha256(der)) === hash ? parseCrl(der) : null;
      if (!list?.ok) throw new TrustError('EVIDENCE.CRL', { sha256: hash }, 'platform');
      return list.value;
    }),
  );
}

async function identityOf(
  platform: Platform,
  trust: PinnedTrust,
  { facts, lot }: LotMaterial,
  { bid, K, crls }: { bid: Bid; K: Uint8Array; crls: readonly CertificateRevocationList[] },
): Promise<Identity> {
  const { commit } = bid;
  const at = instantOf(bid.arrivedAt);
  const crlsAt = instantOf(facts.close.signed.record.closedAt);
  const documents = lot.documents;
  try {
    const payload = await openIdentityEnvelope(platform, facts.lotKey.lot, bid, K);
    return judgeIdentity({ payload, commit, documents, roots: trust.ca, crls, at, crlsAt });
  } catch (error) {
    if (!(error instanceof TrustError) || error.code === 'EVIDENCE.CLOSE_CRL') throw error;
    return { ok: false, fault: error.blame === 'platform' ? 'platform' : 'bidder', reason: error.code };
  }
}

/**
 * What the opened envelope says of its bidder; anything wrong in it is the bidder's fault, with one exception: CLOSE
 * must name a current list of every pinned root.
 * @throws TrustError EVIDENCE.CLOSE_CRL
 */
export function judgeIdentity(question: Parameters<typeof openBidIdentity>[0]): Identity {
  const opened = openBidIdentity(question);
  if (opened.ok) {
    const { creditCode, name, statement } = opened.value;
    return { ok: true, creditCode, name, withdrawAll: statement.withdraw === 'all' };
  }
  const cause = lackOfRootList(opened.error, question.roots);
  if (cause)
    throw new TrustError('EVIDENCE.CLOSE_CRL', { c: hashText('commit', question.commit), cause }, 'platform');
  return { ok: false, fault: 'bidder', reason: opened.error.code };
}

async function openIdentityEnvelope(
  platform: Platform,
  lot: string,
  { c, commit }: Bid,
  K: Uint8Array,
): Promise<Uint8Array> {
  const reference = commit.envelopes.find(({ e }) => e === 'I');
  if (!reference) throw new TrustError('SEAL.COMMIT', { reason: 'no identity envelope' }, 'bidder');
  const sealed = await platform.envelope(lot, c, 'I', ciphertextLength(MAX_IDENTITY_BYTES));
  if (sealed.length !== reference.length || !equalBytes(rootOf(sealed), b64u.decode(reference.root))) {
    throw new TrustError('SEAL.ROOT', { e: 'I' }, 'platform');
  }
  const { suite } = commit;
  const context = envelopeContext(bidLabel(commit, 0, 'public'), 'I');
  const cipher = { key: envelopeKey(K, 'I', suite), context, suite, aead: webCryptoAead };
  const pieces: Uint8Array[] = [];
  for await (const piece of openEnvelope(cipher, [sealed])) {
    pieces.push(piece);
  }
  return concat(...pieces);
}

function rootOf(sealed: Uint8Array): Uint8Array {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < sealed.length; at += LEAF_BYTES) {
    leaves.push(leafHash1MiB(sealed.subarray(at, at + LEAF_BYTES)));
  }
  return rootOfLeaves(leaves);
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw cannotTell('CLIENT.ANSWER_MALFORMED', { instant: text });
  return at;
}
