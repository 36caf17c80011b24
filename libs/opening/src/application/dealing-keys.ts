import { Injectable } from '@nestjs/common';
import { faultPoint, IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { bidLabel, journalLabel } from '#trust';
import type { Audience, Commit, Shares, Signed } from '#trust';
import { BidStore } from './bid-store.ts';
import { GroupWork } from './group-work.ts';
import { LotMaterials } from './lot-material.ts';
import type { LotMaterial } from './lot-material.ts';
import { RoomBoxes } from './room-boxes.ts';
import { ShareChecks } from './share-checks.ts';
import { ShareStore } from './share-store.ts';

const roomInfo = (c: string, stage: number): string => `glasshall/1/dealing-key/${c}/${stage}`;

/**
 * K of dealings: from k trustees' shares (road B) or from the dealer's own secret (road A). A key that was found once is
 * kept, of a committee dealing only encrypted to the evaluation room.
 */
@Injectable()
export class DealingKeys {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly bids: BidStore,
    private readonly shares: ShareStore,
    private readonly checks: ShareChecks,
    private readonly group: GroupWork,
    private readonly room: RoomBoxes,
  ) {}

  /** K of these bids' dealings, those that can be had now; the others are left out. */
  async of(
    material: LotMaterial,
    bids: readonly { readonly c: string; readonly commit: Commit }[],
    stage: number,
    audience: Audience,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const keys = new Map<string, Uint8Array>();
    for (const { c } of bids) {
      const key = await this.stored(material.lotId, c, stage, audience);
      if (key) keys.set(c, key);
    }
    const missing = bids.filter(({ c }) => !keys.has(c));
    for (const [c, key] of await this.combined(material, missing, stage, audience)) {
      await this.keep(material, c, stage, audience, { road: 'B', key });
      keys.set(c, key);
    }
    return keys;
  }

  /** The journal's K, as soon as k trustees have opened their part; null before. */
  async journal(material: LotMaterial): Promise<Uint8Array | null> {
    const records = await this.records(material, 0, 'journal');
    if (records.length < material.lotKey.k) return null;
    const shares = records.map(({ record }) => ({ i: record.i, D: record.shares[0]?.D ?? '' }));
    const label = journalLabel(material.journal);
    const [key] = await this.group.combine(
      [{ label, suite: material.lotKey.suite, shares }],
      material.lotKey.k,
    );
    return key ?? null;
  }

  async keep(
    material: LotMaterial,
    c: string,
    stage: number,
    audience: Audience,
    { road, key }: { readonly road: 'A' | 'B'; readonly key: Uint8Array },
  ): Promise<void> {
    const sealed = audience === 'committee';
    const box = sealed ? await this.room.seal(material.lotKey, roomInfo(c, stage), key) : null;
    await this.unitOfWork.run((tx) =>
      this.bids.addKey(tx, material.lotId, c, stage, audience, { road, key: sealed ? null : key, box }),
    );
    await faultPoint('opening.key.kept');
  }

  private async stored(
    lotId: LotId,
    c: string,
    stage: number,
    audience: Audience,
  ): Promise<Uint8Array | null> {
    const found = await this.unitOfWork.run((tx) => this.bids.key(tx, lotId, c, stage, audience));
    if (!found) return null;
    if (found.key) return found.key;
    if (!found.box) throw new IntegrityError('a dealing key without content', { c, stage });
    return this.room.open(lotId, roomInfo(c, stage), found.box);
  }

  private async combined(
    material: LotMaterial,
    bids: readonly { readonly c: string; readonly commit: Commit }[],
    stage: number,
    audience: Audience,
  ): Promise<[string, Uint8Array][]> {
    if (bids.length === 0) return [];
    const records = await this.records(material, stage, audience);
    if (records.length < material.lotKey.k) return [];
    const used = records.slice(0, material.lotKey.k);
    const byBid = used.map(({ record }) => ({
      i: record.i,
      D: new Map(record.shares.map((share) => [share.c, share.D])),
    }));
    const jobs = bids.map(({ c, commit }) => ({
      label: bidLabel(commit, stage, audience),
      suite: material.lotKey.suite,
      shares: byBid.map(({ i, D }) => ({ i, D: D.get(c) ?? '' })),
    }));
    const keys = await this.group.combine(jobs, material.lotKey.k);
    return bids.flatMap(({ c }, at) => {
      const key = keys[at];
      return key ? [[c, key] as [string, Uint8Array]] : [];
    });
  }

  /** Verified when they were stored. */
  private async records(
    material: LotMaterial,
    stage: number,
    audience: Audience | 'journal',
  ): Promise<Signed<Shares>[]> {
    const stored = await this.unitOfWork.run((tx) =>
      this.shares.list(tx, material.lotId, { stage, audience }),
    );
    if (audience !== 'committee') return stored.map(({ signed }) => signed as Signed<Shares>);
    return Promise.all(stored.map((shares) => this.checks.read(material.lotId, shares)));
  }
}

/** Everything that opening one lot's bids needs to know. */
@Injectable()
export class LotKeys {
  constructor(
    readonly materials: LotMaterials,
    readonly keys: DealingKeys,
  ) {}
}
