import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { REAL_TIME } from '#legal-time';
import { acceleration, evaluationMethod, seat } from '#trust';
import { Answers, CurrentPrincipal, RequirePermission } from '#web';
import type { Principal } from '#web';
import { z } from 'zod';
import { CreateLot } from '../application/create-lot.ts';
import type { NewLot } from '../application/create-lot.ts';
import { ReadLots } from '../application/read-lots.ts';
import { RegisterProject } from '../application/register-project.ts';
import { readRecord } from '../application/signed-input.ts';
import { ownLotAnswer, projectAnswer, projectWithLots } from './desk-answers.ts';
import { ownLot } from './own-lot.ts';
import { instantOf, lotId, projectId } from './parameters.ts';
import { NewLotDto, NewProjectDto } from './tendering.dto.ts';

const seatList = z.array(seat).min(2).max(15);

@ApiTags('tendering')
@ApiBearerAuth()
@Controller('api/v1/projects')
export class ProjectsController {
  constructor(
    private readonly register: RegisterProject,
    private readonly createLot: CreateLot,
    private readonly lots: ReadLots,
  ) {}

  @Post()
  @RequirePermission('tender.manage')
  @Answers(projectAnswer, '', 201)
  create(@Body() dto: NewProjectDto, @CurrentPrincipal() who: Principal) {
    return this.register.run(who, dto);
  }

  @Get(':id')
  @RequirePermission('tender.manage')
  @Answers(projectWithLots)
  async one(@Param('id') id: string, @CurrentPrincipal() who: Principal) {
    const { project, lots } = await this.lots.project(projectId(id), who.organisationId);
    return { ...project, lots: lots.map(ownLot) };
  }

  @Post(':id/lots')
  @RequirePermission('tender.manage')
  @Answers(ownLotAnswer, '', 201)
  async addLot(@Param('id') id: string, @Body() dto: NewLotDto, @CurrentPrincipal() who: Principal) {
    return ownLot(await this.createLot.run(who, projectId(id), lotOf(dto)));
  }

  @Put(':id/lots/:lotId')
  @RequirePermission('tender.manage')
  @ApiOperation({ summary: 'A draft, said anew; after its first notice only a change alters a lot (法23)' })
  @Answers(ownLotAnswer)
  async reviseLot(
    @Param('id') id: string,
    @Param('lotId') lot: string,
    @Body() dto: NewLotDto,
    @CurrentPrincipal() who: Principal,
  ) {
    return ownLot(await this.createLot.revise(who, projectId(id), lotId(lot), lotOf(dto)));
  }
}

const lotOf = (dto: NewLotDto): NewLot => ({
  name: dto.name,
  estimate: dto.estimate,
  method: readRecord(evaluationMethod, dto.method),
  deadline: instantOf('deadline', dto.deadline),
  documentsFrom: instantOf('documentsFrom', dto.documentsFrom),
  documentsUntil: instantOf('documentsUntil', dto.documentsUntil),
  acceleration: dto.acceleration ? readRecord(acceleration, dto.acceleration) : { ...REAL_TIME },
  seats: dto.seats ? readRecord(seatList, dto.seats) : null,
  k: dto.k ?? null,
  suite: dto.suite ?? null,
});
