import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { formatInstant } from '#kernel';
import { LOT_STAGES } from '#tendering';
import type { LotStage } from '#tendering';
import { Answers, IsPlainText, PageQuery, RequirePermission, pageOf, timePosition } from '#web';
import { ShowBoard } from '../application/show-board.ts';
import { boardPage } from './award-answers.ts';

export class BoardQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'In the names of project, lot, tenderee or agency', maxLength: 100 })
  @IsOptional()
  @IsPlainText(100)
  text?: string;

  @ApiPropertyOptional({ enum: LOT_STAGES, description: 'By the platform’s clock at this answer' })
  @IsOptional()
  @IsIn(LOT_STAGES)
  stage?: LotStage;
}

/** The regulator's board: every tender's stage, what is due, and the record behind it with its place in the log. */
@ApiTags('supervision')
@Controller('api/v1/supervision')
export class SupervisionController {
  constructor(private readonly board: ShowBoard) {}

  @Get('lots')
  @RequirePermission('supervision.read')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Every published lot, newest first; before its deadline nothing of its bids' })
  @Answers(boardPage)
  async lots(@Query() query: BoardQuery) {
    const rows = await this.board.run({
      state: null,
      stage: query.stage ?? null,
      text: query.text ?? null,
      after: timePosition(query),
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, {
      position: ({ lot }) => [lot.createdAt, lot.id],
      item: ({ lot, ...row }) => ({
        id: lot.id,
        name: lot.name,
        projectName: lot.projectName,
        kind: lot.kind,
        level: lot.level,
        tenderee: lot.tenderee,
        agency: lot.agency,
        regulator: lot.regulator,
        stage: lot.stage,
        deadline: formatInstant(lot.deadline),
        acceleration: lot.acceleration,
        ...row,
      }),
    });
  }
}
