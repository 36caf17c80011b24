import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import {
  b64u,
  signature as signatureSchema,
  signatureInput,
  trusteeKey,
  verifySignature,
  signsIn,
} from '#trust';
import type { LotKey, LotKeyTerms, TrusteeKey } from '#trust';
import { Parties } from '#parties';
import type { Principal } from '#web';
import { assembleLotKey, checkOffer } from '../domain/lot-key-terms.ts';
import { beforeDeadline } from '../domain/lot-rules.ts';
import { tenderError } from '../domain/refusals.ts';
import { CompleteLotKey } from './complete-lot-key.ts';
import { LotKeyStore } from './lot-key-store.ts';
import { LotSteps } from './lot-steps.ts';
import { readRecord } from './signed-input.ts';

export interface Ceremony {
  readonly terms: LotKeyTerms;
  readonly offers: readonly TrusteeKey[];
  /** Null before every seat has offered. */
  readonly record: LotKey | null;
}

/** The trustees' side of the key ceremony: each offers a key for its seat, then each signs the assembled LOTKEY. */
@Injectable()
export class OfferKey {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: LotKeyStore,
    private readonly steps: LotSteps,
    private readonly parties: Parties,
    private readonly completion: CompleteLotKey,
  ) {}

  /** Sent again it changes nothing; another key for the seat replaces the first until the lot key is complete. */
  async offer(who: Principal, lotId: LotId, input: unknown): Promise<Ceremony> {
    const key = readRecord(trusteeKey, input);
    return this.unitOfWork.run(async (tx) => {
      const { terms, offers } = await this.running(tx, lotId);
      const others = offers.filter(({ i }) => i !== key.i);
      const mine = { creditCode: who.organisationId, fingerprint: who.certificateFingerprint };
      unwrap(checkOffer(key, terms, others, mine));
      const before = offers.find(({ i }) => i === key.i);
      if (before?.y !== key.y || before.cert !== key.cert) await this.keys.putOffer(tx, lotId, key);
      const now = await this.keys.offers(tx, lotId);
      return { terms, offers: now, record: assembleLotKey(terms, now) };
    });
  }

  /** The last signature completes the key. */
  async sign(who: Principal, lotId: LotId, input: unknown): Promise<void> {
    const signature = readRecord(signatureSchema, input);
    const valid = await this.parties.validCertificates([signature.signer]);
    const certificate = valid.get(signature.signer);
    const complete = await this.unitOfWork.run(async (tx) => {
      const { record } = await this.running(tx, lotId);
      if (!record) throw tenderError('TENDERING.LOTKEY_NOT_ASSEMBLED');
      const seat = record.trustees.find(({ cert }) => cert === signature.signer);
      if (!seat || signature.signer !== who.certificateFingerprint) throw tenderError('TENDERING.NOT_YOURS');
      const holds =
        certificate !== undefined &&
        signsIn(record.suite, certificate.publicKey.type) &&
        verifySignature(certificate, signatureInput('lotkey', record), b64u.decode(signature.sig));
      if (!holds) throw tenderError('TENDERING.SIGNATURE_REFUSED', { i: seat.i });
      await this.keys.putSignature(tx, lotId, seat.i, signature);
      return (await this.keys.signatures(tx, lotId)).length === record.n;
    });
    if (complete) await this.completion.run(lotId);
  }

  /** A lot whose key is being made. One that is complete refuses: LOTKEY is never replaced. */
  private async running(tx: Tx, lotId: LotId): Promise<Ceremony> {
    const { lot, now } = await this.steps.hold(tx, lotId);
    if (lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
    if (lot.state !== 'published')
      throw tenderError('TENDERING.WRONG_STATE', { state: lot.state, event: 'complete-key' });
    unwrap(beforeDeadline(this.steps.factsOf(lot), now));
    const terms = await this.keys.terms(tx, lotId);
    if (!terms) throw tenderError('TENDERING.LOT_UNKNOWN');
    const offers = await this.keys.offers(tx, lotId);
    return { terms, offers, record: assembleLotKey(terms, offers) };
  }
}
