import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import type { ProjectId } from '#kernel';
import { Parties } from '#parties';
import { Answers, CurrentPrincipal, PageQuery, pageOf, RequirePermission, timePosition } from '#web';
import type { Principal } from '#web';
import { ReadDesk } from '../application/read-desk.ts';
import { deskLotPage, partyList, projectPage, workLotAnswer } from './desk-answers.ts';
import { ownLot } from './own-lot.ts';
import { lotId, projectId } from './parameters.ts';
import { DeskLotQuery, PartyQuery } from './tendering.dto.ts';

/** The desk of an agency, and of a tenderee: their own tenders. */
@ApiTags('agency')
@ApiBearerAuth()
@Controller('api/v1/agency')
export class DeskController {
  constructor(
    private readonly desk: ReadDesk,
    private readonly parties: Parties,
  ) {}

  @Get('projects')
  @RequirePermission('tender.cancel')
  @ApiOperation({ summary: 'Own projects, newest first' })
  @Answers(projectPage)
  async projects(@Query() query: PageQuery, @CurrentPrincipal() who: Principal) {
    const rows = await this.desk.projects(who, { after: timePosition(query), limit: query.limit + 1 });
    return pageOf(rows, query.limit, {
      position: ({ registeredAt, id }) => [registeredAt, id],
      item: (row) => ({ ...row, registeredAt: formatInstant(row.registeredAt) }),
    });
  }

  @Get('lots')
  @RequirePermission('tender.cancel')
  @ApiOperation({ summary: 'Own lots, newest first; drafts are shown to their agency only' })
  @Answers(deskLotPage)
  async lots(@Query() query: DeskLotQuery, @CurrentPrincipal() who: Principal) {
    const project: ProjectId | null = query.project === undefined ? null : projectId(query.project);
    const page = { after: timePosition(query), limit: query.limit + 1, projectId: project };
    const rows = await this.desk.lotsOf(who.organisationId, page);
    return pageOf(rows, query.limit, {
      position: ({ createdAt, id }) => [createdAt, id],
      item: ({
        id,
        name,
        projectId: of,
        projectName,
        side,
        state,
        deadline,
        noticeVersion,
        openQuestions,
      }) => ({
        id,
        name,
        projectId: of,
        projectName,
        side,
        state,
        deadline: formatInstant(deadline),
        noticeVersion,
        openQuestions,
      }),
    });
  }

  @Get('lots/:id')
  @RequirePermission('tender.cancel')
  @ApiOperation({ summary: 'An own lot as it is worked on, with what the next notice would name' })
  @Answers(workLotAnswer)
  async lot(@Param('id') id: string, @CurrentPrincipal() who: Principal) {
    const { lot, project, documents, now } = await this.desk.lot(who, lotId(id));
    return { project, lot: ownLot(lot), documents, serverTime: formatInstant(now) };
  }

  @Get('parties')
  @RequirePermission('tender.manage')
  @ApiOperation({
    summary: 'Whom a project or a seat of its key may name: organisations with this role, at most 100',
  })
  @Answers(partyList)
  async withRole(@Query() { role }: PartyQuery) {
    const found = await this.parties.organisationsWithRole(role);
    return { items: found.map(({ name, creditCode }) => ({ name, creditCode })) };
  }
}
