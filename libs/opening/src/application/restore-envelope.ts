import { createHash, randomBytes } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { faultPoint, unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { Bidding, retainBidUntil } from '#bidding';
import { UnitOfWork } from '#persistence';
import { BlobMismatchError, BlobStore } from '#storage';
import { LeafHasher, b64u, equalBytes, rootOfLeaves } from '#trust';
import type { EnvelopeName } from '#trust';
import type { Principal } from '#web';
import { decide, nextDueAt } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { LotMaterials } from './lot-material.ts';
import { openingError } from './refusal.ts';

/**
 * Stored bytes that do not match their root are the platform's fault: whoever has the identical bytes (the bidder)
 * sends them again before the session ends, and the bid is opened as if nothing had happened.
 */
@Injectable()
export class RestoreEnvelope {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly advance: AdvanceLot,
    private readonly materials: LotMaterials,
    private readonly blobs: BlobStore,
    private readonly bidding: Bidding,
  ) {}

  async run(lotId: LotId, who: Principal, c: string, e: EnvelopeName, body: Readable): Promise<void> {
    const { deadline, acceleration } = await this.advance.run(lotId);
    const bid = await this.unitOfWork.run((tx) => this.stores.bids.find(tx, lotId, c));
    if (!bid) throw openingError('OPENING.BID_UNKNOWN');
    if (bid.damagedAt === null || bid.damagedEnvelope !== e) throw openingError('OPENING.NOT_DAMAGED', { e });
    const material = await this.materials.of(lotId);
    const commit = material.bids.find((one) => one.c === c)?.commit;
    const wanted = commit?.envelopes.find((one) => one.e === e);
    if (!wanted) throw openingError('OPENING.ENVELOPE_UNKNOWN', { e });
    const object = `restored/${randomBytes(16).toString('base64url')}`;
    await this.store(object, wanted, body);
    // What it replaces was kept for as long.
    await this.blobs.retain(object, retainBidUntil(deadline, acceleration));
    await this.unitOfWork.run(async (tx) => {
      const session = await this.stores.sessions.lock(tx, lotId);
      if (!session) throw openingError('OPENING.LOT_UNKNOWN');
      const facts = await this.stores.sessions.facts(tx, session);
      const next = unwrap(decide(session.state, 'restore', facts, await tx.now()));
      if (await this.stores.bids.restored(tx, lotId, c, e)) throw openingError('OPENING.NOT_DAMAGED', { e });
      await this.stores.bids.addRestored(tx, lotId, { c, e, object, creditCode: who.organisationId });
      await this.bidding.replaceObject(tx, c, e, object);
      await this.stores.bids.clearDamage(tx, lotId, c);
      await this.stores.sessions.say(tx, lotId, 'restored', c, { e });
      const change = { state: next, nextDueAt: nextDueAt(next, facts), finishedAt: null };
      await this.stores.sessions.move(tx, session, 'restore', change, who.organisationId);
    });
    await faultPoint('opening.restored.after');
  }

  /** Bytes first, then the row that names them; other bytes are refused and forgotten. */
  private async store(
    object: string,
    wanted: { readonly root: string; readonly length: number },
    body: Readable,
  ): Promise<void> {
    const hasher = new LeafHasher(() => createHash('sha256'));
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hasher.update(chunk);
        done(null, chunk);
      },
    });
    body.on('error', (error) => tap.destroy(error));
    try {
      await this.blobs.put(object, body.pipe(tap), { size: wanted.length });
    } catch (error) {
      if (error instanceof BlobMismatchError)
        throw openingError('OPENING.BYTES_DIFFER', { what: error.what });
      throw error;
    }
    await faultPoint('opening.restored.stored');
    if (equalBytes(rootOfLeaves(hasher.finish()), b64u.decode(wanted.root))) return;
    await this.blobs.delete(object);
    throw openingError('OPENING.BYTES_DIFFER', { what: 'root' });
  }
}
