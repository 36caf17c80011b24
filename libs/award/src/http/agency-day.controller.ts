import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { Answers, CurrentPrincipal, PageQuery, pageOf, RequirePermission, timePosition } from '#web';
import type { Principal } from '#web';
import { ReadDay } from '../application/read-day.ts';
import { dayPage } from './award-answers.ts';

/** What there is to do today, for an agency or a tenderee. */
@ApiTags('agency')
@ApiBearerAuth()
@Controller('api/v1/agency/day')
export class AgencyDayController {
  constructor(private readonly day: ReadDay) {}

  @Get()
  @RequirePermission('tender.cancel')
  @ApiOperation({ summary: 'Own lots with what is due, what blocks and what to do next; nothing about bids' })
  @Answers(dayPage)
  async show(@Query() query: PageQuery, @CurrentPrincipal() who: Principal) {
    const rows = await this.day.run(who, { after: timePosition(query), limit: query.limit + 1 });
    return pageOf(rows, query.limit, {
      position: ({ lot }) => [lot.createdAt, lot.id],
      item: ({ lot, day }) => ({
        id: lot.id,
        name: lot.name,
        projectId: lot.projectId,
        projectName: lot.projectName,
        side: lot.side,
        stage: day.stage,
        due: day.due.map((due) => ({ ...due, at: formatInstant(due.at) })),
        blocks: day.blocks,
        next: day.next,
      }),
    });
  }
}
