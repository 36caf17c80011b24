import { Injectable } from '@nestjs/common';
import { Opening } from '#opening';
import type { OpeningState } from '#opening';
import { LotBoard } from '#tendering';
import type { BoardLot, BoardPage } from '#tendering';
import { Transparency } from '#transparency';
import { AwardResults } from '../award.facade.ts';
import type { AwardState } from '../domain/award-procedure.ts';
import { standingOf } from './lot-standing.ts';
import type { LotStanding, StandingRecord } from './lot-standing.ts';

export interface BoardRow {
  readonly lot: BoardLot;
  /** Both null before the deadline, whatever came in. */
  readonly opening: OpeningState | null;
  readonly award: AwardState | null;
  readonly due: LotStanding['due'];
  /** `index`: its leaf in the log; null while it waits for its tick. */
  readonly record: {
    readonly type: StandingRecord;
    readonly hash: string;
    readonly index: number | null;
  } | null;
}

/** Every published lot for whoever supervises: neither opening nor award is asked for a lot that still takes bids. */
@Injectable()
export class ShowBoard {
  constructor(
    private readonly lots: LotBoard,
    private readonly opening: Opening,
    private readonly results: AwardResults,
    private readonly transparency: Transparency,
  ) {}

  async run(page: BoardPage): Promise<readonly BoardRow[]> {
    const rows = [];
    for (const lot of await this.lots.board(page)) rows.push(await this.row(lot));
    return rows;
  }

  private async row(lot: BoardLot): Promise<BoardRow> {
    const closed = lot.stage === 'closed';
    const opening = closed ? await this.opening.progress(lot.id) : null;
    const found = closed ? await this.results.find(lot.id) : null;
    const award = found && { ...found, publicity: found.publicity?.record ?? null };
    const { due, record } = standingOf(lot, opening, award);
    const log = record && (await this.transparency.logReceipt(record.hash));
    return {
      lot,
      opening: opening?.state ?? null,
      award: award?.state ?? null,
      due,
      record: record && { ...record, index: log?.index ?? null },
    };
  }
}
