import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IntegrityError, addMs, faultPoint, parseInstant, unwrap } from '#kernel';
import type { Instant } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import {
  LeafHasher,
  TrustError,
  WINDOW_MS,
  bidLabel,
  concat,
  envelopeContext,
  envelopeKey,
  equalBytes,
  b64u,
  hashText,
  openBidIdentity,
  openEnvelope,
  parseCrl,
  parsePem,
  rootOfLeaves,
  scaledWait,
  standingBids,
} from '#trust';
import type { BidStatement, Certificate, CertificateRevocationList, Commit, Identity } from '#trust';
import { nodeAead } from '#trust/node';
import { decide } from '../domain/opening-states.ts';
import { failLot } from './advance-lot.ts';
import type { LotBid } from './bid-store.ts';
import { OpeningStores } from './close-lot.ts';
import { LotKeys } from './dealing-keys.ts';
import type { LotMaterial } from './lot-material.ts';
import { SealedEnvelopes } from './sealed-envelopes.ts';
import type { HallFacts, Session } from './session-store.ts';

interface Finding {
  readonly identity: Identity;
  readonly statement: BidStatement | null;
}

/** What certificates are judged by: today's roots, the CRLs that CLOSE names. */
interface Judges {
  readonly roots: readonly Certificate[];
  readonly crls: readonly CertificateRevocationList[];
  readonly crlsAt: Instant;
  readonly documents: readonly string[];
}

/** Stage 0: opens every `I`, and nothing else, and then says whose bid stands. */
@Injectable()
export class OpenIdentities {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly lotKeys: LotKeys,
    private readonly envelopes: SealedEnvelopes,
    private readonly parties: Parties,
  ) {}

  /** True when something moved on, so that the caller looks again at once. */
  async run(session: Session): Promise<boolean> {
    const material = await this.lotKeys.materials.of(session.lotId);
    const bids = await this.unitOfWork.run((tx) => this.stores.bids.list(tx, session.lotId));
    const sealed = bids.filter((bid) => bid.identity === null);
    const wanted = material.bids.filter(({ c }) => sealed.some((bid) => bid.c === c));
    const keys = await this.lotKeys.keys.of(material, wanted, 0, 'public');
    const judges = keys.size > 0 ? await this.judges(material) : null;
    for (const { c, commit, arrivedAt } of wanted) {
      const key = keys.get(c);
      if (key && judges) await this.open(session, { c, commit, arrivedAt }, key, judges);
    }
    if (keys.size < wanted.length) return keys.size > 0;
    return this.decideStanding(session, material);
  }

  private async judges(material: LotMaterial): Promise<Judges> {
    const named = material.close.signed.record.crls;
    const crls = (await Promise.all(named.map((sha256) => this.parties.crl(sha256)))).filter(
      (crl) => crl !== null,
    );
    const roots = await this.parties.trustedRoots();
    return {
      roots: roots.flatMap((root) => unwrap(parsePem(root.pem))),
      crls: crls.map((crl) => unwrap(parseCrl(crl.der))),
      crlsAt: instantOf(material.close.signed.record.closedAt),
      documents: material.lot.notices.map(({ record }) => hashText('documents', record.documents)),
    };
  }

  private async open(
    { lotId }: Session,
    bid: { readonly c: string; readonly commit: Commit; readonly arrivedAt: string },
    key: Uint8Array,
    judges: Judges,
  ): Promise<void> {
    const finding = await this.find(bid, key, judges);
    await faultPoint('opening.identity.before');
    await this.unitOfWork.run(async (tx) => {
      const { sessions, bids } = this.stores;
      await bids.setIdentity(tx, lotId, bid.c, finding.identity, finding.statement);
      if (!finding.identity.ok && finding.identity.fault === 'platform') {
        await bids.setDamaged(tx, lotId, bid.c, 'I', await tx.now());
        await sessions.say(tx, lotId, 'damaged', bid.c, { e: 'I', reason: finding.identity.reason });
        return;
      }
      await sessions.say(tx, lotId, 'identity', bid.c, saidOf(finding.identity));
    });
    await faultPoint('opening.identity.after');
  }

  private async find(
    { c, commit, arrivedAt }: { readonly c: string; readonly commit: Commit; readonly arrivedAt: string },
    key: Uint8Array,
    judges: Judges,
  ): Promise<Finding> {
    const invalid = (fault: 'bidder' | 'platform', reason: string): Finding => ({
      identity: { ok: false, fault, reason },
      statement: null,
    });
    try {
      const sealed = await this.sealedBytes(c, commit);
      const payload = await this.decrypt(sealed, commit, key);
      const opened = openBidIdentity({ payload, commit, ...judges, at: instantOf(arrivedAt) });
      if (!opened.ok) return invalid('bidder', opened.error.code);
      const { statement, creditCode, name } = opened.value;
      const withdrawAll = statement.withdraw === 'all';
      return { identity: { ok: true, creditCode, name, withdrawAll }, statement };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return invalid(error.blame === 'platform' ? 'platform' : 'bidder', error.code);
    }
  }

  /** At most a megabyte: COMMIT's shape said so at the door. @throws TrustError SEAL.ROOT, blame `platform` */
  private async sealedBytes(c: string, commit: Commit): Promise<Uint8Array> {
    const wanted = commit.envelopes.find(({ e }) => e === 'I');
    if (!wanted) throw new IntegrityError('a COMMIT without identity passed the intake', { c });
    const pieces: Uint8Array[] = [];
    const hasher = new LeafHasher(() => createHash('sha256'));
    for await (const piece of (await this.envelopes.stream(c, 'I')) as AsyncIterable<Uint8Array>) {
      hasher.update(piece);
      pieces.push(piece);
    }
    if (!equalBytes(rootOfLeaves(hasher.finish()), b64u.decode(wanted.root))) {
      throw new TrustError('SEAL.ROOT', { e: 'I' }, 'platform');
    }
    return concat(...pieces);
  }

  private async decrypt(sealed: Uint8Array, commit: Commit, key: Uint8Array): Promise<Uint8Array> {
    const label = bidLabel(commit, 0, 'public');
    const cipher = {
      key: envelopeKey(key, 'I', commit.suite),
      suite: commit.suite,
      context: envelopeContext(label, 'I'),
      aead: nodeAead,
    };
    const pieces: Uint8Array[] = [];
    for await (const piece of openEnvelope(cipher, [sealed])) pieces.push(piece);
    return concat(...pieces);
  }

  /**
   * Damaged bytes may be sent again until the window's length has passed; then the bid counts as 撤回 and stage 0 ends
   * without it, so that one bad disk does not stop the others.
   */
  private async decideStanding(session: Session, material: LotMaterial): Promise<boolean> {
    return this.unitOfWork.run(async (tx) => {
      const held = await this.stores.sessions.lock(tx, session.lotId);
      if (held?.state !== 'stage-0') return false;
      const bids = await this.stores.bids.list(tx, session.lotId);
      const now = await tx.now();
      const waiting = bids.some(({ damagedAt }) => damagedAt !== null && now < restoreUntil(held, damagedAt));
      const findings = bids.flatMap(({ c, arrivedAt, identity }) =>
        identity ? [{ c, arrivedAt, identity }] : [],
      );
      if (waiting || findings.length < bids.length) return false;
      const moves = material.close.signed.record.moves.map(({ move }) => move.record);
      const standing = standingBids(findings, moves);
      for (const bid of standing.bids) {
        const stands = bid.outcome === 'standing';
        const outcome: LotBid['outcome'] = bid.outcome === 'standing' ? null : bid.outcome;
        await this.stores.bids.setStanding(tx, session.lotId, { ...bid, standing: stands, outcome });
      }
      const decided = standing.bids.map(({ c, outcome, reason }) => ({
        kind: 'decided',
        c,
        facts: { outcome, reason },
      }));
      await this.stores.sessions.sayAll(tx, session.lotId, decided);
      await faultPoint('opening.standing.stored');
      const facts = await this.stores.sessions.facts(tx, held);
      const { distinctBidders } = standing;
      const event = standing.goesOn ? 'identities-opened' : 'too-few';
      const next = unwrap(decide(held.state, event, { ...facts, distinctBidders }, now));
      if (next === 'failed') {
        await failLot(tx, this.stores, held, event, { now, distinctBidders });
        return true;
      }
      const change = { state: next, nextDueAt: null, distinctBidders, told: { distinctBidders } };
      await this.stores.sessions.move(tx, held, event, change, 'clock');
      return true;
    });
  }
}

/** What the hall is told of an identity; of one that does not hold, no name: nobody proved it. */
const saidOf = (identity: Identity): HallFacts =>
  identity.ok
    ? { valid: true, name: identity.name, creditCode: identity.creditCode }
    : { valid: false, reason: identity.reason };

/** Until when identical bytes of a damaged identity may be sent again. */
export const restoreUntil = (session: Session, damagedAt: Instant): Instant =>
  addMs(damagedAt, scaledWait(WINDOW_MS, session.acceleration));

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new IntegrityError('a stored record holds no instant', { text });
  return at;
}
