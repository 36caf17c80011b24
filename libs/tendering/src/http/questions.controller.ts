import { Body, Controller, Get, HttpCode, Ip, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { Answers, CurrentPrincipal, decodeCursor, PageQuery, pageOf, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { Questions } from '../application/questions.ts';
import type { QuestionPage } from '../application/question-store.ts';
import type { Question } from '../domain/question.ts';
import { questionPage } from './desk-answers.ts';
import { lotId } from './parameters.ts';
import { AnswerDto, QuestionDto } from './tendering.dto.ts';

const MAX_NUMBER = 2 ** 31 - 1;

function positionOf({ cursor, limit }: PageQuery): QuestionPage {
  const [after] = cursor === undefined ? [0] : decodeCursor(cursor, ['number']);
  return { after: Math.min(MAX_NUMBER, Math.max(0, after)), limit: limit + 1 };
}

const page = (rows: readonly Question[], limit: number) =>
  pageOf(rows, limit, {
    position: ({ n }) => [n],
    item: ({ answer, ...question }) => ({
      ...question,
      answer: answer && { ...answer, answeredAt: formatInstant(answer.answeredAt) },
    }),
  });

/** Questions on the documents: nobody learns who asks; question and answer are everybody's. */
@ApiTags('tendering')
@Controller('api/v1')
export class QuestionsController {
  constructor(private readonly questions: Questions) {}

  @Get('lots/:id/questions')
  @Public()
  @ApiOperation({ summary: 'Answered questions, without names, in the order of their answers' })
  @Answers(questionPage)
  async published(@Param('id') id: string, @Query() query: PageQuery) {
    return page(await this.questions.published(lotId(id), positionOf(query)), query.limit);
  }

  @Post('lots/:id/questions')
  @RequirePermission('bid.submit')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Asks on the documents, before the deadline; who asks is not kept (法22)' })
  ask(@Param('id') id: string, @Body() dto: QuestionDto, @CurrentPrincipal() who: Principal): Promise<void> {
    return this.questions.ask(who, lotId(id), dto.text);
  }

  @Post('lots/:id/questions/:n/answer')
  @RequirePermission('tender.manage')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Once, public at once; what changes the documents is a notice first (法23)' })
  answer(
    @Param('id') id: string,
    @Param('n', ParseIntPipe) n: number,
    @Body() dto: AnswerDto,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ): Promise<void> {
    const given = { n: Math.min(MAX_NUMBER, n), text: dto.text, noticeVersion: dto.noticeVersion ?? null };
    return this.questions.answer(who, lotId(id), given, address);
  }

  @Get('agency/lots/:id/questions')
  @RequirePermission('tender.manage')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'All questions of an own lot, unanswered ones too' })
  @Answers(questionPage)
  async all(@Param('id') id: string, @Query() query: PageQuery, @CurrentPrincipal() who: Principal) {
    return page(await this.questions.all(who, lotId(id), positionOf(query)), query.limit);
  }
}
