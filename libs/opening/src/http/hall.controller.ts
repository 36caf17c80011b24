import {
  Body,
  Controller,
  Get,
  Headers,
  Ip,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { formatInstant } from '#kernel';
import type { LotId } from '#kernel';
import { ConfidentialReads } from '#transparency';
import {
  Answers,
  CurrentPrincipal,
  PageQuery,
  Public,
  RequirePermission,
  decodeCursor,
  networkOf,
  pageOf,
} from '#web';
import type { Principal } from '#web';
import { AttendHall } from '../application/attend-hall.ts';
import { HallFeed } from '../application/hall-feed.ts';
import { openingError } from '../application/refusal.ts';
import { attendanceAnswer, attendantAnswer } from './opening-answers.ts';
import { AttendanceDto, StreamQuery } from './opening.dto.ts';

const SEQUENCE = /^\d{1,15}$/;

/** The live hall: what happens, as it happens, and who is there. */
@ApiTags('opening')
@Controller('api/v1/lots/:lotId/opening')
export class HallController {
  constructor(
    private readonly hall: HallFeed,
    private readonly attendance: AttendHall,
    private readonly reads: ConfidentialReads,
  ) {}

  @Get('stream')
  @Public()
  @ApiOperation({
    summary:
      'The hall’s events as they are committed (server-sent events): `hello` with the time, then the feed',
  })
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'seq of the last event that is known' })
  async stream(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Query() query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Ip() address: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const after = lastEventId === undefined ? query.after : sequenceOf(lastEventId);
    await this.hall.watch(lotId as LotId, { network: networkOf(address), after }, () => {
      response.status(200);
      response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
      response.setHeader('Cache-Control', 'no-store, no-transform');
      // nginx and what follows its custom: hand every event on as it comes.
      response.setHeader('X-Accel-Buffering', 'no');
      response.socket?.setNoDelay(true);
      response.socket?.setKeepAlive(true, 30_000);
      response.flushHeaders();
      // Asked for the headers alone: there is no body to wait for.
      if (request.method === 'HEAD') response.end();
      return response;
    });
  }

  @Post('attendance')
  @RequirePermission('hall.attend')
  @ApiOperation({ summary: 'Signs the organisation in to the hall, once; a bidder from the deadline on' })
  @Answers(attendantAnswer)
  async signIn(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Body() { role: as }: AttendanceDto,
    @Ip() address: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    const signedIn = await this.attendance.signIn(lotId as LotId, who, { role: as, address });
    const { attendant, created } = signedIn;
    response.status(created ? 201 : 200);
    const { creditCode, name, role, at } = attendant;
    return { creditCode, name, role, at: formatInstant(at) };
  }

  @Get('attendance')
  @RequirePermission('evidence.full')
  @ApiOperation({ summary: 'Who signed in, when, from which address, as which person (20号令49)' })
  @Answers(attendanceAnswer)
  async attendants(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Query() page: PageQuery,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    const [after] = page.cursor === undefined ? [''] : decodeCursor(page.cursor, ['string']);
    const rows = await this.attendance.list(lotId as LotId, after, page.limit + 1);
    await this.reads.record(lotId, 'attendance', who, address);
    return pageOf(rows, page.limit, {
      position: ({ creditCode }) => [creditCode],
      item: (row) => ({ ...row, at: formatInstant(row.at) }),
    });
  }
}

function sequenceOf(text: string): number {
  if (!SEQUENCE.test(text)) throw openingError('OPENING.MALFORMED', { reason: 'Last-Event-ID' });
  return Number(text);
}
