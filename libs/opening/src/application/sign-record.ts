import { Injectable } from '@nestjs/common';
import { faultPoint, unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { TrustError, hashText, verifySigned } from '#trust';
import type { Certificate, OpeningRecord, Signature, Signed } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { DraftRecord } from './draft-record.ts';
import { LotMaterials } from './lot-material.ts';
import type { LotMaterial } from './lot-material.ts';
import { openingError } from './refusal.ts';
import type { Session, Stored } from './session-store.ts';

/** Drafting and publishing, which read and write the same rows. */
@Injectable()
export class RecordParts {
  constructor(
    readonly stores: OpeningStores,
    readonly draft: DraftRecord,
    readonly materials: LotMaterials,
  ) {}
}

/**
 * The agency signs the record as it stands; that publishes it (20号令32, 40). The signature is over the very draft that
 * the transaction builds anew: whatever changed in between is refused, never signed unseen.
 */
@Injectable()
export class SignRecord {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parts: RecordParts,
    private readonly advance: AdvanceLot,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  async run(lotId: LotId, who: Principal, signature: Signature): Promise<Stored<OpeningRecord>> {
    await this.advance.run(lotId);
    const material = await this.parts.materials.of(lotId);
    // An outsider is told the same as of a lot that does not exist.
    if (material.lot.agency.creditCode !== who.organisationId) throw openingError('OPENING.NOT_YOUR_LOT');
    const valid = await this.parties.validCertificates([signature.signer]);
    const signer = valid.get(signature.signer);
    if (signer?.holder.creditCode !== who.organisationId) {
      throw openingError('OPENING.RECORD_SIGNATURE', { reason: 'signer' });
    }
    await faultPoint('opening.record.before');
    const stored = await this.unitOfWork.run((tx) => this.publish(tx, material, who, { signature, signer }));
    await faultPoint('opening.record.after');
    return stored;
  }

  private async publish(
    tx: Tx,
    material: LotMaterial,
    who: Principal,
    { signature, signer }: { readonly signature: Signature; readonly signer: Certificate },
  ): Promise<Stored<OpeningRecord>> {
    const { lotId } = material;
    const { sessions } = this.parts.stores;
    const session = await sessions.lock(tx, lotId);
    if (!session) throw openingError('OPENING.LOT_UNKNOWN');
    const published = await sessions.record(tx, lotId);
    if (published) return this.asBefore(published, signature);
    const next = unwrap(decide(session.state, 'record', await sessions.facts(tx, session), await tx.now()));
    const record = await this.parts.draft.of(tx, session, material.lotKey.trustees);
    this.check({ record, signatures: [signature] }, signer);
    const platform = await this.transparency.signAs('platform', 'opening-record', record);
    const stored = {
      hash: hashText('opening-record', record),
      signed: { record, signatures: [...platform.signatures, signature] },
    };
    const { name } = material.lot.agency;
    await sessions.say(tx, lotId, 'signed', null, { by: name, record: stored.hash });
    await this.store(tx, session, next, who, stored);
    return stored;
  }

  private async store(
    tx: Tx,
    session: Session,
    state: Session['state'],
    who: Principal,
    stored: Stored<OpeningRecord>,
  ): Promise<void> {
    const { lotId } = session;
    const { sessions } = this.parts.stores;
    await sessions.addRecord(tx, lotId, stored);
    await this.transparency.append(tx, stored.hash, { published: true });
    const { result } = stored.signed.record;
    const told = { record: stored.hash, result };
    await sessions.move(tx, session, 'record', { state, nextDueAt: null, told }, who.organisationId);
    const payload = { lotId, record: stored.hash, result };
    await tx.publish({ type: 'opening.recorded', key: lotId, payload });
    await faultPoint('opening.record.stored');
  }

  private asBefore(published: Stored<OpeningRecord>, { signer, sig }: Signature): Stored<OpeningRecord> {
    const same = published.signed.signatures.some((one) => one.signer === signer && one.sig === sig);
    if (same) return published;
    throw openingError('OPENING.STATE', { state: 'recorded', event: 'record' });
  }

  private check(signed: Signed<OpeningRecord>, signer: Certificate): void {
    try {
      verifySigned('opening-record', signed, (fingerprint) =>
        fingerprint === signer.fingerprint ? signer : undefined,
      );
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      const hash = hashText('opening-record', signed.record);
      throw openingError('OPENING.RECORD_SIGNATURE', { reason: error.code, record: hash });
    }
  }
}
