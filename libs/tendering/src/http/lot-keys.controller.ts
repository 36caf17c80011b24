import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Parties } from '#parties';
import { Transparency } from '#transparency';
import { CurrentPrincipal, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { OfferKey } from '../application/offer-key.ts';
import { ReadLots } from '../application/read-lots.ts';
import { lotId } from './parameters.ts';
import { OfferDto, SignatureDto } from './tendering.dto.ts';

@ApiTags('lot key')
@Controller('api/v1/lots/:id/lotkey')
export class LotKeysController {
  constructor(
    private readonly ceremony: OfferKey,
    private readonly lots: ReadLots,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  @Get('terms')
  @Public()
  @ApiOperation({ summary: 'What the proofs of possession cover' })
  async terms(@Param('id') id: string) {
    return (await this.lots.lotKey(lotId(id))).terms;
  }

  @Get()
  @Public()
  async one(@Param('id') id: string) {
    const { offers, record, signed, journal, hash } = await this.lots.lotKey(lotId(id));
    const log = signed && hash ? await this.transparency.logReceipt(hash, signed.record) : null;
    const chains = [];
    for (const { cert } of record?.trustees ?? [])
      chains.push((await this.parties.certificate(cert))?.chain ?? '');
    const certificates = [...chains, ...this.transparency.platformCertificates()];
    return { offered: offers.map(({ i }) => i), record, signed, log, journal, certificates };
  }

  @Post('offers')
  @RequirePermission('trustee.act')
  @HttpCode(200)
  @ApiBearerAuth()
  async offer(@Param('id') id: string, @Body() dto: OfferDto, @CurrentPrincipal() who: Principal) {
    const { offers, record } = await this.ceremony.offer(who, lotId(id), dto.key);
    return { offered: offers.map(({ i }) => i), record };
  }

  @Post('signatures')
  @RequirePermission('trustee.act')
  @HttpCode(200)
  @ApiBearerAuth()
  async sign(@Param('id') id: string, @Body() dto: SignatureDto, @CurrentPrincipal() who: Principal) {
    await this.ceremony.sign(who, lotId(id), dto.signature);
    const { signed } = await this.lots.lotKey(lotId(id));
    return { signed };
  }
}
