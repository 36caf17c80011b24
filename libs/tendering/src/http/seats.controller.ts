import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { Answers, CurrentPrincipal, PageQuery, RequirePermission, pageOf, timePosition } from '#web';
import type { Principal } from '#web';
import { ReadLots } from '../application/read-lots.ts';
import type { HeldSeat } from '../application/read-lots.ts';
import { seatPage } from './lot-answers.ts';

const heldSeat = ({ lot, project, stage, seat, offered }: HeldSeat) => ({
  id: lot.id,
  name: lot.name,
  projectName: project.name,
  tenderee: project.tenderee,
  agency: project.agency,
  state: lot.state,
  stage,
  deadline: formatInstant(lot.deadline),
  acceleration: lot.acceleration,
  lotKeyHash: lot.lotKeyHash,
  seat,
  n: lot.seats.length,
  k: lot.k,
  offered,
});

/** A trustee's desk: the lots in which its organisation holds a seat. */
@ApiTags('lot key')
@Controller('api/v1/seats')
export class SeatsController {
  constructor(private readonly lots: ReadLots) {}

  @Get()
  @RequirePermission('trustee.act')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'The published lots in which my organisation holds a seat, newest first' })
  @Answers(seatPage)
  async list(@Query() page: PageQuery, @CurrentPrincipal() who: Principal) {
    const rows = await this.lots.seatsOf(who.organisationId, timePosition(page), page.limit + 1);
    return pageOf(rows, page.limit, { position: ({ lot }) => [lot.createdAt, lot.id], item: heldSeat });
  }
}
