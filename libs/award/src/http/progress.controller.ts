import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsUUID } from 'class-validator';
import type { LotId } from '#kernel';
import { Opening } from '#opening';
import { Answers, Public } from '#web';
import { AwardResults } from '../award.facade.ts';
import { progressAnswer } from './award-answers.ts';

const MAX_LOTS = 100;

export class ProgressQuery {
  @ApiProperty({ type: String, description: `Up to ${MAX_LOTS} ids, comma separated` })
  @Transform(({ value }) => (typeof value === 'string' ? value.split(',') : value) as unknown)
  @IsArray()
  @ArrayMaxSize(MAX_LOTS)
  @IsUUID(undefined, { each: true })
  lots!: string[];
}

/** How far lots are after their deadline: a list of notices asks once for all that it shows. */
@ApiTags('award')
@Controller('api/v1/progress')
export class ProgressController {
  constructor(
    private readonly opening: Opening,
    private readonly results: AwardResults,
  ) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'State of opening and award of several lots' })
  @Answers(progressAnswer)
  async show(@Query() { lots }: ProgressQuery) {
    const items = [];
    for (const id of lots as LotId[]) {
      const opened = await this.opening.result(id);
      const found = await this.results.find(id);
      // That there is a report at all is public together with the candidates, not before (条例54).
      const shown = found?.publicity || found?.state === 'failed' ? found.state : null;
      items.push({ id, opening: opened?.state ?? null, award: shown });
    }
    return { items };
  }
}
