import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Ip,
  Param,
  Post,
  Put,
  Query,
  Req,
  StreamableFile,
} from '@nestjs/common';
import { ApiBearerAuth, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { formatInstant } from '#kernel';
import { BlobStore } from '#storage';
import { cancellation, documentRef, notice } from '#trust';
import { Answers, CurrentPrincipal, pageOf, Public, RequirePermission, timePosition } from '#web';
import type { Principal } from '#web';
import { CancelLot } from '../application/cancel-lot.ts';
import { PublishNotice } from '../application/publish-notice.ts';
import { ReadLots } from '../application/read-lots.ts';
import type { PublicLot } from '../application/read-lots.ts';
import { StoreDocument } from '../application/store-document.ts';
import { stageOf } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { draftOf, endedAnswer, signedOf } from './desk-answers.ts';
import { lotAnswer, lotPage } from './lot-answers.ts';
import { instantOf, lotId } from './parameters.ts';
import {
  CancellationDto,
  DraftCancellationDto,
  DraftNoticeDto,
  LotQuery,
  SignedDto,
} from './tendering.dto.ts';

const publicLot = ({ view, nextDueAt, now }: PublicLot) => ({
  ...view,
  lotKey: undefined,
  journal: undefined,
  stage: stageOf(view.state, view.deadline, now),
  notice: view.notices.at(-1),
  deadline: formatInstant(view.deadline),
  nextDueAt: nextDueAt === null ? null : formatInstant(nextDueAt),
  serverTime: formatInstant(now),
});

const announced = (request: Request): number | null => {
  const length = request.headers['content-length'];
  return length === undefined ? null : Number(length);
};

@ApiTags('tendering')
@Controller('api/v1/lots')
export class LotsController {
  constructor(
    private readonly lots: ReadLots,
    private readonly documents: StoreDocument,
    private readonly notices: PublishNotice,
    private readonly cancellation: CancelLot,
    private readonly blobs: BlobStore,
  ) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'Published lots, newest first' })
  @Answers(lotPage)
  async list(@Query() query: LotQuery) {
    const rows = await this.lots.list({
      state: query.state ?? null,
      stage: query.stage ?? null,
      text: query.text ?? null,
      after: timePosition(query),
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, {
      position: ({ lot }) => [lot.createdAt, lot.id],
      item: ({ lot, project, stage }) => ({
        id: lot.id,
        name: lot.name,
        projectName: project.name,
        kind: project.kind,
        level: project.level,
        tenderee: project.tenderee,
        agency: project.agency,
        state: lot.state,
        stage,
        deadline: formatInstant(lot.deadline),
        acceleration: lot.acceleration,
        noticeVersion: lot.noticeVersion,
        lotKeyHash: lot.lotKeyHash,
      }),
    });
  }

  @Get(':id')
  @Public()
  @ApiOperation({ summary: 'A published lot: every notice as signed, deadline, stage' })
  @Answers(lotAnswer)
  async one(@Param('id') id: string) {
    return publicLot(await this.lots.show(lotId(id)));
  }

  @Put(':id/documents/:name')
  @RequirePermission('tender.manage')
  @ApiBearerAuth()
  @ApiConsumes('application/octet-stream')
  @ApiOperation({ summary: 'A document for the next notice, clarification or change' })
  @Answers(documentRef)
  async putDocument(
    @Param('id') id: string,
    @Param('name') name: string,
    @Req() request: Request,
    @CurrentPrincipal() who: Principal,
  ) {
    if (!request.is('application/octet-stream')) throw tenderError('TENDERING.DOCUMENT_EMPTY');
    const body = { stream: request, announced: announced(request) };
    return this.documents.run(who, lotId(id), name, body);
  }

  @Delete(':id/documents/:name')
  @RequirePermission('tender.manage')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Takes a document of the next notice out; a published one stays' })
  removeDocument(@Param('id') id: string, @Param('name') name: string, @CurrentPrincipal() who: Principal) {
    return this.documents.remove(who, lotId(id), name);
  }

  @Get(':id/documents/:sha256')
  @Public()
  @ApiOperation({ summary: 'No gate, and nobody counts who takes it (20号令20, 21)' })
  async document(@Param('id') id: string, @Param('sha256') sha256: string) {
    const { key, name, size } = await this.lots.document(lotId(id), sha256);
    return new StreamableFile(await this.blobs.get(key), {
      type: 'application/octet-stream',
      length: size,
      disposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    });
  }

  @Post(':id/notices/draft')
  @RequirePermission('tender.manage')
  @HttpCode(200)
  @ApiBearerAuth()
  @Answers(draftOf(notice))
  async draft(@Param('id') id: string, @Body() dto: DraftNoticeDto, @CurrentPrincipal() who: Principal) {
    const deadline = dto.deadline === undefined ? null : instantOf('deadline', dto.deadline);
    const { kind, summary } = dto;
    return { record: await this.notices.draft(who, lotId(id), { kind, summary, deadline }) };
  }

  @Post(':id/notices')
  @RequirePermission('tender.manage')
  @ApiBearerAuth()
  @Answers(signedOf(notice), '', 201)
  async publish(
    @Param('id') id: string,
    @Body() dto: SignedDto,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    return { signed: await this.notices.publish(who, lotId(id), dto.signed, address) };
  }

  @Post(':id/cancellation/draft')
  @RequirePermission('tender.cancel')
  @HttpCode(200)
  @ApiBearerAuth()
  @Answers(draftOf(cancellation))
  async draftCancellation(
    @Param('id') id: string,
    @Body() dto: DraftCancellationDto,
    @CurrentPrincipal() who: Principal,
  ) {
    return { record: await this.cancellation.draft(who, lotId(id), dto) };
  }

  @Post(':id/cancellation')
  @RequirePermission('tender.cancel')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Ends a tender before its deadline (条例31): a signed record, or nothing for a draft',
  })
  @Answers(endedAnswer)
  async cancel(
    @Param('id') id: string,
    @Body() dto: CancellationDto,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    return { signed: await this.cancellation.run(who, lotId(id), dto.signed, address) };
  }
}
