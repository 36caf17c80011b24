import { Controller, Get, Ip, Param, ParseUUIDPipe, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { LotId } from '#kernel';
import { envelopeName } from '#trust';
import { ConfidentialReads } from '#transparency';
import { Answers, CurrentPrincipal, PageQuery, Public, RequirePermission, decodeCursor, pageOf } from '#web';
import type { Principal } from '#web';
import { eventAnswer } from '../application/hall-channel.ts';
import { ReadRecord } from '../application/read-record.ts';
import { openingError } from '../application/refusal.ts';
import { ShowBids, ShowOpening } from '../application/show-opening.ts';
import { eventsAnswer, openingAnswer, recordAnswer } from './opening-answers.ts';
import { EventsQuery, SharesQuery } from './opening.dto.ts';
import { parseRange } from './range.ts';
import './opening.problems.ts';

/** The opening hall, for anyone. */
@ApiTags('opening')
@Controller('api/v1/lots/:lotId/opening')
export class OpeningController {
  constructor(
    private readonly show: ShowOpening,
    private readonly bids: ShowBids,
    private readonly records: ReadRecord,
    private readonly reads: ConfidentialReads,
  ) {}

  @Get()
  @Public()
  @ApiOperation({
    summary: 'State, CLOSE and its additions, progress of every bid, who sent shares, the record',
  })
  @Answers(openingAnswer)
  view(@Param('lotId', ParseUUIDPipe) lotId: string) {
    return this.show.view(lotId as LotId);
  }

  @Get('commits')
  @Public()
  @ApiOperation({ summary: 'COMMITs of all bids that CLOSE and its additions name, moved-out ones too' })
  async commits(@Param('lotId', ParseUUIDPipe) lotId: string, @Query() page: PageQuery) {
    const [after] = page.cursor === undefined ? [''] : decodeCursor(page.cursor, ['string']);
    const rows = await this.bids.commits(lotId as LotId, after, page.limit);
    return pageOf(rows, page.limit, { position: ({ c }) => [c], item: (row) => row });
  }

  @Get('shares')
  @Public()
  @ApiOperation({ summary: 'Signed shares; of committee dealings only what announces them' })
  shares(@Param('lotId', ParseUUIDPipe) lotId: string, @Query() query: SharesQuery) {
    return this.show.sharesOf(lotId as LotId, query);
  }

  @Get('envelopes/:c/:e')
  @Public()
  @ApiOperation({ summary: 'Ciphertext of a public envelope; one byte range is served' })
  async envelope(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Param('c') c: string,
    @Param('e') e: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const name = envelopeName.safeParse(e);
    if (!name.success) throw openingError('OPENING.ENVELOPE_UNKNOWN', { e: e.slice(0, 10) });
    const wanted = parseRange(request.headers.range);
    let served = { start: 0, end: 0 };
    const { stream, length } = await this.bids.envelope(lotId as LotId, c, name.data, (size) => {
      served = wanted(size);
      return served;
    });
    const partial = served.start > 0 || served.end < length;
    response.status(partial ? 206 : 200);
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('Content-Length', String(served.end - served.start));
    response.setHeader('Accept-Ranges', 'bytes');
    if (partial) response.setHeader('Content-Range', `bytes ${served.start}-${served.end - 1}/${length}`);
    await pipeline(stream, response);
  }

  @Get('events')
  @Public()
  @ApiOperation({ summary: 'What happened in the hall, in order; ask again with the last seq' })
  @Answers(eventsAnswer)
  async events(@Param('lotId', ParseUUIDPipe) lotId: string, @Query() { after, limit }: EventsQuery) {
    const events = await this.show.events(lotId as LotId, after, limit);
    return { items: events.map(eventAnswer) };
  }

  @Get('record')
  @Public()
  @ApiOperation({ summary: 'The opening record: as published, or as it would be signed now' })
  @Answers(recordAnswer)
  record(@Param('lotId', ParseUUIDPipe) lotId: string) {
    return this.records.of(lotId as LotId);
  }

  @Get('journal')
  @RequirePermission('evidence.full')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who submitted what; null until k trustees have opened the journal' })
  async journal(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    const entries = await this.bids.journal(lotId as LotId);
    if (entries !== null) await this.reads.record(lotId, 'journal', who, address);
    return { entries };
  }
}
