import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { refuse, RefusalError } from '#kernel';
import { decodeCursor, PageQuery, pageOf, Public } from '#web';
import { Transparency } from '../application/transparency.ts';
import { ServeLog } from '../application/serve-log.ts';
import { ShowSeeds } from '../application/show-seeds.ts';
import type { TransparencyCode } from '../domain/refusals.ts';

/** 32 bytes as base64url, unused bits zero. */
const HASH = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
/** C2SP tlog-tiles: tiles are immutable, checkpoints are not. */
const FOR_EVER = 'public, max-age=31536000, immutable';

const refusal = (code: TransparencyCode) => new RefusalError(refuse(code).error);

@ApiTags('log')
@Controller()
export class LogController {
  constructor(
    private readonly log: ServeLog,
    private readonly transparency: Transparency,
    private readonly seeds: ShowSeeds,
  ) {}

  @Get('log/checkpoint')
  @Public()
  @ApiOperation({ summary: 'The latest checkpoint: a C2SP signed note (tlog-checkpoint)' })
  async checkpoint(@Res() response: Response): Promise<void> {
    const text = await this.log.checkpoint();
    if (text === null) throw refusal('TRANSPARENCY.LOG_EMPTY');
    this.send(response, 'text/plain; charset=utf-8', 'no-cache', text);
  }

  @Get('log/cosigned/:q')
  @Public()
  @ApiOperation({
    summary: 'The newest checkpoint with the cosignatures of at least q witnesses (C2SP tlog-cosignature)',
  })
  async cosigned(@Param('q') q: string, @Res() response: Response): Promise<void> {
    const text = /^([0-9]|1[0-5])$/.test(q) ? await this.log.cosigned(Number(q)) : null;
    if (text === null) throw refusal('TRANSPARENCY.NOT_COSIGNED');
    this.send(response, 'text/plain; charset=utf-8', 'no-cache', text);
  }

  @Get('log/vkey')
  @Public()
  @ApiOperation({ summary: "The log's verifier key (C2SP signed-note); clients pin their own copy" })
  async vkey(@Res() response: Response): Promise<void> {
    const { log } = await this.transparency.trustFile();
    this.send(response, 'text/plain; charset=utf-8', 'no-cache', `${log}\n`);
  }

  @Get('log/tile/*path')
  @Public()
  @ApiOperation({
    summary: 'Tiles tile/<L>/<N>[.p/<W>] and bundles tile/entries/<N>[.p/<W>] (C2SP tlog-tiles)',
  })
  async tile(@Req() request: Request, @Res() response: Response): Promise<void> {
    const bytes = await this.log.tile(request.path.slice('/log/'.length));
    if (bytes === null) throw refusal('TRANSPARENCY.TILE_UNKNOWN');
    this.send(response, 'application/octet-stream', FOR_EVER, Buffer.from(bytes));
  }

  @Get('api/v1/log/receipts/:hash')
  @Public()
  @ApiOperation({ summary: 'The log receipt of a published record, by its hash' })
  async receipt(@Param('hash') hash: string) {
    if (!HASH.test(hash)) throw refusal('TRANSPARENCY.HASH_MALFORMED');
    const receipt = await this.log.publicReceipt(hash);
    if (receipt === null) throw refusal('TRANSPARENCY.RECEIPT_UNKNOWN');
    return receipt;
  }

  @Get('api/v1/log/seeds')
  @Public()
  @ApiOperation({
    summary: 'The seeds of the dummy leaves, by number: their promises, and those that are shown',
  })
  async listSeeds(@Query() page: PageQuery) {
    const [after] = page.cursor === undefined ? [-1] : decodeCursor(page.cursor, ['number']);
    return pageOf(await this.seeds.run(after + 1, page.limit + 1), page.limit, {
      position: ({ record }) => [record.number],
      item: ({ record, seed }) => ({ record, seed }),
    });
  }

  /** Any page may read the log: that is what it is for. */
  private send(response: Response, type: string, caching: string, body: string | Buffer): void {
    response.setHeader('Content-Type', type);
    response.setHeader('Cache-Control', caching);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.send(body);
  }
}
