import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u } from '#trust';
import type { DaySeed, DummyDay, Hash } from '#trust';
import { BatchStore } from '../infrastructure/batch-store.ts';
import type { SeedDay } from '../infrastructure/batch-store.ts';
import { LogStore } from '../infrastructure/log-store.ts';
import { DaySeeds } from './day-seeds.ts';
import { entryOf } from './grow-tiles.ts';
import { ReadLog } from './read-log.ts';

interface Tree {
  readonly size: number;
  readonly root: Hash;
}

/** A day of `log/dummies.json` and the record that promised its seed. */
export interface AccountedDay {
  readonly day: DummyDay;
  /** H('day-seed', record), base64url. */
  readonly hash: string;
  readonly record: DaySeed;
}

/** The account that V06 asks for: grows with the records of the days, not with their dummies. */
@Injectable()
export class AccountForDummies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: LogStore,
    private readonly batches: BatchStore,
    private readonly seeds: DaySeeds,
    private readonly read: ReadLog,
  ) {}

  /** The days that hold the leaves `from` (included) to `until` (excluded) of a signed tree. */
  async of(span: { readonly from: number; readonly until: number }, tree: Tree): Promise<AccountedDay[]> {
    const days = await this.unitOfWork.run((tx) => this.batches.days(tx, span, tree.size), {
      readOnly: true,
    });
    return Promise.all(days.map((day) => this.account(day, tree)));
  }

  private async account(seed: SeedDay, tree: Tree): Promise<AccountedDay> {
    const { number, first, until, revealed } = seed;
    const { record, hash } = this.seeds.commitment(number);
    if (b64u.encode(hash) !== b64u.encode(seed.hash))
      throw new IntegrityError('the seed of the dummies is not the promised one', { number });
    const known = { record, hash: b64u.encode(hash) };
    const kept = { record, seed: null, first, until, records: [], nodes: [], proof: [] };
    if (!revealed) return { ...known, day: kept };
    const leaves = await this.unitOfWork.run((tx) => this.store.leaves(tx, first, until), { readOnly: true });
    const records = leaves.map((leaf) => ({ index: leaf.index, entry: b64u.encode(entryOf(leaf)) }));
    const nodes = (await this.read.nodes(first)).map(b64u.encode);
    const proof = await this.read.consistencyOf(until, tree);
    return { ...known, day: { ...kept, seed: b64u.encode(revealed), records, nodes, proof } };
  }
}
