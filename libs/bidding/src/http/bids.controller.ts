import {
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ok, refuse } from '#kernel';
import type { LotId } from '#kernel';
import { b64u } from '#trust';
import { CurrentPrincipal, RequirePermission, respond } from '#web';
import type { Principal } from '#web';
import { ReturnCommit } from '../application/return-commit.ts';
import { ShowBid } from '../application/show-bid.ts';
import { StorePart } from '../application/store-part.ts';
import { readArrival } from '../application/read-records.ts';
import { SubmitCommit, SubmitMove } from '../application/submit.ts';
import { announcedLength, readRecord, requireBytes, senderOf } from './raw-body.ts';
import { BidDoor } from './upload-token.ts';
import './bidding.problems.ts';

const BYTES = { schema: { type: 'string', format: 'binary' } } as const;

@ApiTags('bidding')
@ApiBearerAuth()
@Controller('api/v1')
export class BidsController {
  constructor(
    private readonly submitCommit: SubmitCommit,
    private readonly submitMove: SubmitMove,
    private readonly storePart: StorePart,
    private readonly showBid: ShowBid,
    private readonly returnCommit: ReturnCommit,
    private readonly door: BidDoor,
  ) {}

  @Post('lots/:lotId/bids')
  @RequirePermission('bid.submit')
  @ApiOperation({ summary: 'Submit a commitment (canonical COMMIT); its arrival is the database’s clock' })
  @ApiConsumes('application/octet-stream')
  @ApiBody(BYTES)
  async submit(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const raw = await readRecord(request, this.door.limits.maxRecordBytes);
    const { fresh, answer } = respond(
      await this.submitCommit.run(lotId as LotId, senderOf(who, request), raw),
    );
    response.status(fresh ? 201 : 200);
    return answer;
  }

  @Post('lots/:lotId/bids/commit')
  @RequirePermission('bid.submit')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'COMMIT of a bid, canonical bytes in base64url, for who shows the arrival receipt: Signed<ArrivalReceipt>',
  })
  @ApiConsumes('application/octet-stream')
  @ApiBody(BYTES)
  async commitOfReceipt(@Param('lotId', ParseUUIDPipe) lotId: string, @Req() request: Request) {
    const raw = await readRecord(request, this.door.limits.maxRecordBytes);
    const commit = respond(await this.returnCommit.run(lotId as LotId, respond(readArrival(raw))));
    return { commit: b64u.encode(commit) };
  }

  @Post('lots/:lotId/moves')
  @RequirePermission('bid.submit')
  @ApiOperation({ summary: 'Replace or withdraw a bid: canonical {record: BidMove, sig}, signed by its wk' })
  @ApiConsumes('application/octet-stream')
  @ApiBody(BYTES)
  async move(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const raw = await readRecord(request, this.door.limits.maxRecordBytes);
    const { fresh, answer } = respond(await this.submitMove.run(lotId as LotId, senderOf(who, request), raw));
    response.status(fresh ? 201 : 200);
    return answer;
  }

  @Put('bids/:c/envelopes/:e/parts/:n')
  @RequirePermission('bid.submit')
  @ApiOperation({
    summary: 'One part of an envelope: 8 MiB but the last, from 0, in any order, any number of times',
  })
  @ApiHeader({ name: 'Upload-Token', required: true })
  @ApiConsumes('application/octet-stream')
  @ApiBody(BYTES)
  async putPart(
    @Param('c') c: string,
    @Param('e') e: string,
    @Param('n') n: string,
    @Headers('upload-token') token: string | undefined,
    @Req() request: Request,
  ) {
    this.door.token.require(c, token);
    requireBytes(request);
    if (!/^(0|[1-9]\d{0,4})$/.test(n)) respond(refuse('BIDDING.PART_UNKNOWN', { envelope: e.slice(0, 10) }));
    const part = { c, e, n: Number(n), length: announcedLength(request), body: request };
    return respond(await this.storePart.run(part));
  }

  @Get('bids/:c')
  @RequirePermission('bid.submit')
  @ApiOperation({ summary: 'State of a bid, the parts still missing, and its receipts' })
  @ApiHeader({ name: 'Upload-Token', required: true })
  async show(@Param('c') c: string, @Headers('upload-token') token: string | undefined) {
    this.door.token.require(c, token);
    return respond(await this.showBid.run(c));
  }

  @Get('bids/:subject/receipt')
  @RequirePermission('bid.submit')
  @ApiOperation({
    summary: 'Receipt file of a commitment or a move; the log’s proof is added when there is one',
  })
  @ApiHeader({ name: 'Upload-Token', required: true })
  async receipt(@Param('subject') subject: string, @Headers('upload-token') token: string | undefined) {
    const c = await this.door.commitOf(subject);
    this.door.token.require(c, token);
    const file = await this.door.receipts.file(subject);
    return respond(file ? ok(file) : refuse('BIDDING.BID_UNKNOWN'));
  }
}
