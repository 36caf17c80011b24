import {
  Body,
  Controller,
  Get,
  HttpCode,
  Ip,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { refuse, RefusalError } from '#kernel';
import type { LotId } from '#kernel';
import { Opening } from '#opening';
import { envelopeName, evaluationReport, signed } from '#trust';
import type { EvaluationReport, Signed } from '#trust';
import { ConfidentialReads } from '#transparency';
import { Answers, CurrentPrincipal, RecordPipe, RequirePermission } from '#web';
import type { Principal } from '#web';
import { DecideBid } from '../application/decide-bid.ts';
import { ReadReview } from '../application/read-review.ts';
import { ReportEvaluation } from '../application/report-evaluation.ts';
import { reportDraft, reportedAnswer, reviewAnswer } from './evaluation-answers.ts';
import { DecideBidDto } from './evaluation.dto.ts';

@ApiTags('evaluation')
@ApiBearerAuth()
@Controller('api/v1/lots/:lotId/evaluation')
export class EvaluationController {
  constructor(
    private readonly reader: ReadReview,
    private readonly decisions: DecideBid,
    private readonly reporting: ReportEvaluation,
    private readonly opening: Opening,
    private readonly reads: ConfidentialReads,
  ) {}

  @Get()
  @RequirePermission('evaluation.read')
  @Answers(reviewAnswer)
  async read(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    const view = await this.reader.run(lotId as LotId, who);
    await this.reads.record(lotId, 'evaluation', who, address);
    return view;
  }

  @Get('bids/:c/files/:e')
  @RequirePermission('evaluation.read')
  @ApiOperation({ summary: 'One file of an opened bid, as the committee reads it' })
  async file(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Param('c') c: string,
    @Param('e') e: string,
    @Query('path') path: string,
    @CurrentPrincipal() who: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    await this.reader.load(lotId as LotId, who);
    const envelope = envelopeName.safeParse(e);
    const listed = envelope.success ? await this.opening.files(lotId as LotId, c) : [];
    const known = listed.some((file) => file.e === e && file.path === path);
    if (known) await this.reads.record(lotId, `file ${c}/${e}/${path}`, who, response.req.ip ?? '');
    const stream =
      known && envelope.success
        ? await this.opening.fileStream(lotId as LotId, c, envelope.data, path)
        : null;
    if (!stream) throw new RefusalError(refuse('EVALUATION.UNKNOWN_BID').error);
    // What a bidder made is never shown as part of this site.
    response.setHeader('Content-Disposition', 'attachment');
    return new StreamableFile(stream, { type: 'application/octet-stream' });
  }

  @Post('decisions')
  @HttpCode(204)
  @RequirePermission('evaluation.manage')
  decide(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Body() dto: DecideBidDto,
    @CurrentPrincipal() who: Principal,
  ): Promise<void> {
    const { c, ground, reason } = dto;
    const rejected = ground !== null && reason !== null ? { ground, reason } : null;
    return this.decisions.run(lotId as LotId, { c, rejected }, who);
  }

  @Post('report/draft')
  @HttpCode(200)
  @RequirePermission('evaluation.manage')
  @Answers(reportDraft)
  async draft(@Param('lotId', ParseUUIDPipe) lotId: string, @CurrentPrincipal() who: Principal) {
    return { record: await this.reporting.draft(lotId as LotId, who) };
  }

  @Post('report')
  @RequirePermission('evaluation.manage')
  @Answers(reportedAnswer, '', 201)
  report(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Body(new RecordPipe(signed(evaluationReport))) report: Signed<EvaluationReport>,
    @CurrentPrincipal() who: Principal,
  ) {
    return this.reporting.submit(lotId as LotId, report, who);
  }
}
