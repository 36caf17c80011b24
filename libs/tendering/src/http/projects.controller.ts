import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { REAL_TIME } from '#legal-time';
import { acceleration, evaluationMethod, seat } from '#trust';
import { CurrentPrincipal, RequirePermission } from '#web';
import type { Principal } from '#web';
import { z } from 'zod';
import { CreateLot } from '../application/create-lot.ts';
import { ReadLots } from '../application/read-lots.ts';
import { RegisterProject } from '../application/register-project.ts';
import { readRecord } from '../application/signed-input.ts';
import type { Lot } from '../domain/lot.ts';
import { instantOf, projectId } from './parameters.ts';
import { NewLotDto, NewProjectDto } from './tendering.dto.ts';

const seatList = z.array(seat).min(2).max(15);

/** A lot as its agency sees it, before publication too. */
const ownLot = (lot: Lot) => ({
  id: lot.id,
  name: lot.name,
  state: lot.state,
  estimate: lot.estimate,
  method: lot.method,
  ruleset: lot.ruleset,
  acceleration: lot.acceleration,
  documentsFrom: formatInstant(lot.documentsFrom),
  documentsUntil: formatInstant(lot.documentsUntil),
  deadline: formatInstant(lot.deadline),
  seats: lot.seats,
  k: lot.k,
  noticeVersion: lot.noticeVersion,
});

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
  create(@Body() dto: NewProjectDto, @CurrentPrincipal() who: Principal) {
    return this.register.run(who, dto);
  }

  @Get(':id')
  @RequirePermission('tender.manage')
  async one(@Param('id') id: string, @CurrentPrincipal() who: Principal) {
    const { project, lots } = await this.lots.project(projectId(id), who.organisationId);
    return { ...project, lots: lots.map(ownLot) };
  }

  @Post(':id/lots')
  @RequirePermission('tender.manage')
  async addLot(@Param('id') id: string, @Body() dto: NewLotDto, @CurrentPrincipal() who: Principal) {
    const lot = await this.createLot.run(who, projectId(id), {
      name: dto.name,
      estimate: dto.estimate,
      method: readRecord(evaluationMethod, dto.method),
      deadline: instantOf('deadline', dto.deadline),
      documentsFrom: instantOf('documentsFrom', dto.documentsFrom),
      documentsUntil: instantOf('documentsUntil', dto.documentsUntil),
      acceleration: dto.acceleration ? readRecord(acceleration, dto.acceleration) : { ...REAL_TIME },
      seats: dto.seats ? readRecord(seatList, dto.seats) : null,
      k: dto.k ?? null,
    });
    return ownLot(lot);
  }
}
