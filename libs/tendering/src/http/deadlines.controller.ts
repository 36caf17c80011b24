import { Body, Controller, Get, Ip, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { deadlineChange } from '#trust';
import { Answers, CurrentPrincipal, RequirePermission } from '#web';
import type { Principal } from '#web';
import { ChangeDeadline } from '../application/change-deadline.ts';
import { ProposeDeadline } from '../application/propose-deadline.ts';
import { proposalAnswer, signedOf } from './desk-answers.ts';
import { lotId } from './parameters.ts';
import { SignedDto } from './tendering.dto.ts';

@ApiTags('tendering')
@ApiBearerAuth()
@Controller('api/v1/lots/:id/deadline-changes')
export class DeadlinesController {
  constructor(
    private readonly deadlines: ChangeDeadline,
    private readonly proposals: ProposeDeadline,
  ) {}

  @Post()
  @RequirePermission('deadline.change')
  @Answers(signedOf(deadlineChange), '', 201)
  async changeDeadline(
    @Param('id') id: string,
    @Body() dto: SignedDto,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    return { signed: await this.deadlines.run(who, lotId(id), dto.signed, address) };
  }

  @Post('proposals')
  @RequirePermission('deadline.change')
  @ApiOperation({ summary: 'A change signed by agency or tenderee, left for the regulator to sign too' })
  @Answers(signedOf(deadlineChange), '', 201)
  async propose(
    @Param('id') id: string,
    @Body() dto: SignedDto,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    return { signed: await this.proposals.run(who, lotId(id), dto.signed, address) };
  }

  @Get('proposal')
  @RequirePermission('deadline.change')
  @ApiOperation({ summary: 'What waits for the regulator; null where nothing does' })
  @Answers(proposalAnswer)
  async proposal(@Param('id') id: string, @CurrentPrincipal() who: Principal) {
    const found = await this.proposals.waiting(who, lotId(id));
    const shown = found && { signed: found.signed, proposedAt: formatInstant(found.proposedAt) };
    return { proposal: shown };
  }
}
