import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { LotId } from '#kernel';
import {
  MAX_SHARES_BYTES,
  b64u,
  bytesUpTo,
  commit,
  envelopeName,
  keyDestroyed,
  receiptFile,
  sealedShares,
  shares,
  signature,
  signed,
} from '#trust';
import type { KeyDestroyed, Shares, SealedShares, Signed } from '#trust';
import { CurrentPrincipal, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { FileDestruction } from '../application/file-destruction.ts';
import { FindYourself } from '../application/find-yourself.ts';
import { Objections } from '../application/objections.ts';
import { ReceiveShares } from '../application/receive-shares.ts';
import { openingError } from '../application/refusal.ts';
import { RestoreEnvelope } from '../application/restore-envelope.ts';
import { RevealSecret } from '../application/reveal-secret.ts';
import { SignRecord } from '../application/sign-record.ts';
import { ObjectionDto, SecretDto, TextDto } from './opening.dto.ts';
import { readBody, readRecord } from './record-body.ts';

const signedShares: z.ZodType<Signed<Shares>> = signed(shares);
const sealedInput: z.ZodType<{ signed: Signed<SealedShares>; box: string }> = z.strictObject({
  signed: signed(sealedShares),
  box: bytesUpTo(MAX_SHARES_BYTES + 1024),
});
const foundInput = z.strictObject({ receipt: receiptFile, commit });
const signedDestruction: z.ZodType<Signed<KeyDestroyed>> = signed(keyDestroyed);
const signatureInput = z.strictObject({ signature });
/** base64url in JSON is a third longer than the bytes. */
const MAX_SEALED_BYTES = 6 * 1024 * 1024;

@ApiTags('opening')
@Controller('api/v1/lots/:lotId/opening')
export class QuorumController {
  constructor(
    private readonly receive: ReceiveShares,
    private readonly secrets: RevealSecret,
    private readonly find: FindYourself,
    private readonly restoration: RestoreEnvelope,
  ) {}

  @Post('shares')
  @RequirePermission('trustee.act')
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Signed<Shares> of public dealings or the journal; JSON, or canonical bytes where larger',
  })
  async shares(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const body = await readBody(request, signedShares, MAX_SHARES_BYTES);
    const { created, hash } = await this.receive.plain(lotId as LotId, who, body);
    response.status(created ? 201 : 200);
    return { hash };
  }

  @Post('sealed-shares')
  @RequirePermission('trustee.act')
  @ApiBearerAuth()
  @ApiOperation({
    summary: '{signed: Signed<SealedShares>, box}: shares of committee dealings, sealed to LOTKEY.room',
  })
  async sealed(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const body = await readBody(request, sealedInput, MAX_SEALED_BYTES);
    const box = b64u.decode(body.box);
    const { created, hash } = await this.receive.sealed(lotId as LotId, who, body.signed, box);
    response.status(created ? 201 : 200);
    return { hash };
  }

  @Post('bids/:c/secret')
  @Public()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Road A: the dealer’s own secret opens the same dealing; it must satisfy C_0 = s·g',
  })
  async secret(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Param('c') c: string,
    @Body() { stage, audience, s }: SecretDto,
  ): Promise<void> {
    await this.secrets.run(lotId as LotId, c, stage, audience, s);
  }

  @Post('find-yourself')
  @Public()
  @HttpCode(200)
  @ApiOperation({
    summary: '{receipt: ReceiptFile, commit}: adds a bid that CLOSE left out, within the window',
  })
  async findYourself(@Param('lotId', ParseUUIDPipe) lotId: string, @Req() request: Request) {
    const body = await readBody(request, foundInput);
    return this.find.run(lotId as LotId, body.receipt, body.commit);
  }

  @Put('envelopes/:c/:e')
  @RequirePermission('bid.submit')
  @ApiBearerAuth()
  @HttpCode(204)
  @ApiOperation({ summary: 'The identical bytes of a damaged envelope, again (application/octet-stream)' })
  async restore(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Param('c') c: string,
    @Param('e') e: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
  ): Promise<void> {
    const name = envelopeName.safeParse(e);
    if (!name.success) throw openingError('OPENING.ENVELOPE_UNKNOWN', { e: e.slice(0, 10) });
    if (!request.is('application/octet-stream')) throw openingError('OPENING.MALFORMED', { reason: 'type' });
    await this.restoration.run(lotId as LotId, who, c, name.data, request);
  }
}

@ApiTags('opening')
@ApiBearerAuth()
@Controller('api/v1/lots/:lotId/opening')
export class OpeningRecordController {
  constructor(
    private readonly objections: Objections,
    private readonly sign: SignRecord,
  ) {}

  @Post('objections')
  @RequirePermission('bid.submit')
  @ApiOperation({ summary: 'An objection on the spot, by a bidder of the lot who signed in to the hall' })
  async object(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Body() { text, receipt }: ObjectionDto,
  ) {
    const shown = receipt === undefined ? null : readRecord(receiptFile, receipt);
    const { n } = await this.objections.object(lotId as LotId, who, { text, receipt: shown });
    return { n };
  }

  @Post('objections/:n/answer')
  @RequirePermission('tender.manage')
  @HttpCode(204)
  @ApiOperation({ summary: 'The agency’s answer on the spot' })
  async answer(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Param('n', ParseIntPipe) n: number,
    @CurrentPrincipal() who: Principal,
    @Body() { text }: TextDto,
  ): Promise<void> {
    await this.objections.answer(lotId as LotId, who, n, text);
  }

  @Post('record/signatures')
  @RequirePermission('opening.sign')
  @HttpCode(200)
  @ApiOperation({
    summary: '{signature: {signer, sig}} of the agency over the draft: publishes and logs the record',
  })
  @ApiBody({ schema: z.toJSONSchema(signatureInput, { target: 'openapi-3.0' }) as never })
  async signRecord(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
  ) {
    const body = await readBody(request, signatureInput);
    return this.sign.run(lotId as LotId, who, body.signature);
  }
}

@ApiTags('opening')
@Controller('api/v1/lots/:lotId/opening/destructions')
export class DestructionsController {
  constructor(private readonly destructions: FileDestruction) {}

  @Post()
  @RequirePermission('trustee.act')
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Signed<KeyDestroyed>: the seat’s key of this lot is gone; once the opening is recorded',
  })
  async file(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @CurrentPrincipal() who: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const body = await readBody(request, signedDestruction);
    const { created, hash } = await this.destructions.run(lotId as LotId, who, body);
    response.status(created ? 201 : 200);
    return { hash };
  }

  @Get()
  @Public()
  @ApiOperation({ summary: 'Which trustees have destroyed their key of this lot, by seat' })
  async list(@Param('lotId', ParseUUIDPipe) lotId: string) {
    return { items: await this.destructions.list(lotId as LotId) };
  }
}
