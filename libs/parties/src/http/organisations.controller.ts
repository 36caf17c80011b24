import { Body, Controller, Get, HttpCode, Ip, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant, refuse, RefusalError } from '#kernel';
import { Answers, CurrentPrincipal, decodeCursor, PageQuery, pageOf, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { ApproveRole } from '../application/approve-role.ts';
import { EnrolOrganisation } from '../application/enrol-organisation.ts';
import { ListOrganisations } from '../application/list-organisations.ts';
import type { OrganisationRow } from '../application/party-store.ts';
import type { PartyCode } from '../domain/refusals.ts';
import { isPartyRole } from '../domain/roles.ts';
import { Parties } from '../parties.facade.ts';
import { enrolmentAnswer, organisationAnswer, organisationPage } from './parties-answers.ts';
import { EnrolDto } from './parties.dto.ts';

const unknown = (code: PartyCode, facts: Record<string, string>) =>
  new RefusalError(refuse(code, facts).error);
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const FINGERPRINT = /^[A-Za-z0-9_-]{43}$/;

const withGrants = ({ creditCode, name, enrolledAt, grants }: OrganisationRow) => ({
  creditCode,
  name,
  enrolledAt: formatInstant(enrolledAt),
  grants,
});

@ApiTags('parties')
@Controller('api/v1')
export class OrganisationsController {
  constructor(
    private readonly enrolment: EnrolOrganisation,
    private readonly approval: ApproveRole,
    private readonly list: ListOrganisations,
    private readonly parties: Parties,
  ) {}

  @Post('organisations')
  @Public()
  @ApiOperation({ summary: 'Enrols the organisation and person that a certificate names' })
  @Answers(enrolmentAnswer, '', 201)
  enrol(@Body() dto: EnrolDto, @Ip() address: string) {
    return this.enrolment.run(dto, dto.roles, address);
  }

  @Get('organisations')
  @RequirePermission('parties.read')
  @ApiBearerAuth()
  @Answers(organisationPage)
  async all(@Query() page: PageQuery) {
    const [after] = page.cursor === undefined ? [''] : decodeCursor(page.cursor, ['string']);
    const rows = await this.list.run(after, page.limit + 1);
    return pageOf(rows, page.limit, { position: ({ creditCode }) => [creditCode], item: withGrants });
  }

  @Get('organisations/:creditCode')
  @Public()
  async one(@Param('creditCode') creditCode: string) {
    const found = CREDIT_CODE.test(creditCode) ? await this.parties.organisation(creditCode) : null;
    if (!found) throw unknown('PARTIES.ORGANISATION_UNKNOWN', {});
    return found;
  }

  @Post('organisations/:creditCode/roles/:role/approval')
  @RequirePermission('parties.approve')
  @HttpCode(200)
  @ApiBearerAuth()
  @Answers(organisationAnswer)
  async approve(
    @Param('creditCode') creditCode: string,
    @Param('role') role: string,
    @CurrentPrincipal() who: Principal,
    @Ip() address: string,
  ) {
    if (!CREDIT_CODE.test(creditCode)) throw unknown('PARTIES.ORGANISATION_UNKNOWN', {});
    if (!isPartyRole(role)) throw unknown('PARTIES.ROLE_NOT_REQUESTED', { creditCode });
    return withGrants(await this.approval.run(creditCode, role, who, address));
  }

  @Get('certificates/:fingerprint')
  @Public()
  async certificate(@Param('fingerprint') fingerprint: string) {
    const found = FINGERPRINT.test(fingerprint) ? await this.parties.certificate(fingerprint) : null;
    if (!found) throw unknown('PARTIES.CERTIFICATE_UNKNOWN', {});
    return { chain: found.chain, organisation: found.organisation };
  }
}
