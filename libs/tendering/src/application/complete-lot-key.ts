import { Injectable } from '@nestjs/common';
import { RefusalError } from '#kernel';
import type { LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { checkLotKey, equalBytes, canonicalBytes, hashText, systemRandom, TrustError } from '#trust';
import type { JournalKey, LotKey, Signed } from '#trust';
import { makeJournalKey } from '../domain/journal-key.ts';
import { assembleLotKey } from '../domain/lot-key-terms.ts';
import { tenderError } from '../domain/refusals.ts';
import { LotKeyStore } from './lot-key-store.ts';
import { LotSteps } from './lot-steps.ts';

const LOTS_A_ROUND = 20;

/**
 * When every trustee has signed: checks LOTKEY as every client will, makes the journal key, logs both, and from that
 * commit on the lot takes bids. Stopped anywhere before the commit nothing has happened; the next signature or the
 * worker's tick does it again.
 */
@Injectable()
export class CompleteLotKey {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: LotKeyStore,
    private readonly steps: LotSteps,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  async run(lotId: LotId): Promise<void> {
    const signed = await this.unitOfWork.run((tx) => this.fullySigned(tx, lotId), { readOnly: true });
    if (!signed) return;
    await this.check(signed);
    const record = makeJournalKey(signed.record, systemRandom);
    const journal = await this.transparency.signAs('platform', 'journal', record);
    await this.unitOfWork.run((tx) => this.store(tx, lotId, signed, journal));
  }

  /** The worker's tick: what a process that died has left. */
  async sweep(): Promise<void> {
    const ready = await this.unitOfWork.run((tx) => this.keys.readyToComplete(tx, LOTS_A_ROUND), {
      readOnly: true,
    });
    for (const lotId of ready) {
      await this.run(lotId).catch((error: unknown) => {
        // A trustee's certificate was revoked meanwhile: that lot waits for another key, the others go on.
        if (!(error instanceof RefusalError)) throw error;
      });
    }
  }

  private async fullySigned(tx: Tx, lotId: LotId): Promise<Signed<LotKey> | null> {
    const terms = await this.keys.terms(tx, lotId);
    const record = terms && assembleLotKey(terms, await this.keys.offers(tx, lotId));
    const signatures = await this.keys.signatures(tx, lotId);
    return record && signatures.length === record.n ? { record, signatures } : null;
  }

  /** A trustee's certificate may have been revoked since it signed. */
  private async check(signed: Signed<LotKey>): Promise<void> {
    const valid = await this.parties.validCertificates(signed.record.trustees.map(({ cert }) => cert));
    try {
      checkLotKey(signed, (fingerprint) => valid.get(fingerprint));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw tenderError('TENDERING.LOTKEY_REFUSED', { reason: error.code, ...error.facts });
    }
  }

  private async store(
    tx: Tx,
    lotId: LotId,
    signed: Signed<LotKey>,
    journal: Signed<JournalKey>,
  ): Promise<void> {
    const { lot, now } = await this.steps.hold(tx, lotId);
    // Another process was faster, or the deadline has passed: then this key is not the lot's.
    if (lot.state !== 'published') return;
    const current = await this.fullySigned(tx, lotId);
    if (!current || !equalBytes(canonicalBytes(current), canonicalBytes(signed))) return;
    const hash = hashText('lotkey', signed.record);
    const journalHash = hashText('journal', journal.record);
    await this.steps.take(tx, lot, { event: 'complete-key' }, now, {
      actor: 'clock',
      change: { lotKeyHash: hash },
      logged: hash,
    });
    await this.keys.complete(tx, lotId, { signed, hash }, { signed: journal, hash: journalHash });
    await this.transparency.append(tx, hash, { published: true });
    await this.transparency.append(tx, journalHash, { published: true });
    await tx.publish({ type: 'tendering.lot-keyed', key: lotId, payload: { lotId, lotKeyHash: hash } });
  }
}
