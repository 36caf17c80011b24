import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RefusalError, formatInstant, refuse } from '#kernel';
import { Transparency } from '#transparency';
import { Answers, CurrentPrincipal, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { KeepAuthorities } from '../application/keep-authorities.ts';
import { Parties } from '../parties.facade.ts';
import { authoritiesAnswer, crlAnswer, crlsAnswer } from './parties-answers.ts';
import { StoreCrlDto, TrustAuthorityDto } from './parties.dto.ts';

@ApiTags('trust')
@Controller('api/v1')
export class AuthoritiesController {
  constructor(
    private readonly authorities: KeepAuthorities,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  @Get('trust')
  @Public()
  @ApiOperation({ summary: 'The trust file as of now, for display: clients pin their own copy' })
  trust() {
    return this.transparency.trustFile();
  }

  @Get('authorities')
  @Public()
  @Answers(authoritiesAnswer)
  async list() {
    return { items: await this.parties.trustedRoots() };
  }

  @Post('authorities')
  @RequirePermission('authorities.manage')
  @ApiBearerAuth()
  add(@Body() dto: TrustAuthorityDto, @CurrentPrincipal() who: Principal, @Ip() address: string) {
    return this.authorities.trust(dto, who, address);
  }

  @Delete('authorities/:fingerprint')
  @RequirePermission('authorities.manage')
  @HttpCode(204)
  @ApiBearerAuth()
  async withdraw(
    @Param('fingerprint') fingerprint: string,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ): Promise<void> {
    await this.authorities.withdraw(fingerprint, who, address);
  }

  @Get('authorities/crls')
  @Public()
  @ApiOperation({
    summary: 'The newest revocation list of every authority; a client checks each signature itself',
  })
  @Answers(crlsAnswer)
  async newestCrls() {
    const lists = await this.parties.crls();
    return {
      items: lists.map(({ sha256, der }) => ({ sha256, crl: Buffer.from(der).toString('base64url') })),
    };
  }

  @Get('authorities/crls/:sha256')
  @Public()
  @ApiOperation({ summary: 'A revocation list by its hash, as CLOSE names it' })
  async crl(@Param('sha256') sha256: string) {
    const found = /^[A-Za-z0-9_-]{43}$/.test(sha256) ? await this.parties.crl(sha256) : null;
    if (!found) throw new RefusalError(refuse('PARTIES.CRL_UNKNOWN').error);
    return { crl: Buffer.from(found.der).toString('base64url') };
  }

  @Post('authorities/crls')
  @RequirePermission('authorities.manage')
  @ApiBearerAuth()
  @Answers(crlAnswer, '', 201)
  async addCrl(@Body() dto: StoreCrlDto, @CurrentPrincipal() who: Principal, @Ip() address: string) {
    const list = {
      der: new Uint8Array(Buffer.from(dto.crl, 'base64url')),
      ...(dto.issuerChain === undefined ? {} : { issuerChain: dto.issuerChain }),
    };
    const { sha256, issuer, thisUpdate, nextUpdate } = await this.authorities.storeCrl(list, who, address);
    return { sha256, issuer, thisUpdate: formatInstant(thisUpdate), nextUpdate: formatInstant(nextUpdate) };
  }
}
