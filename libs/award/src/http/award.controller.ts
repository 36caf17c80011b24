import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { LotId } from '#kernel';
import { Evaluation } from '#evaluation';
import { award, publicity, signed } from '#trust';
import type { Award, Publicity, Signed } from '#trust';
import { Answers, CurrentPrincipal, Public, RecordPipe, RequirePermission } from '#web';
import type { Principal } from '#web';
import { refused } from '../application/award-facts.ts';
import { AwardLot } from '../application/award-lot.ts';
import { PubliciseCandidates } from '../application/publicise-candidates.ts';
import { AwardResults } from '../award.facade.ts';
import { awardDraft, loggedAnswer, publicityDraft, resultAnswer } from './award-answers.ts';

@ApiTags('award')
@Controller('api/v1/lots/:lotId')
export class AwardController {
  constructor(
    private readonly publicising: PubliciseCandidates,
    private readonly awarding: AwardLot,
    private readonly results: AwardResults,
    private readonly evaluation: Evaluation,
  ) {}

  @Get('result')
  @Public()
  @ApiOperation({ summary: 'Signed report, publicity and award of a lot, as far as they are public' })
  @Answers(resultAnswer)
  async result(@Param('lotId', ParseUUIDPipe) lotId: string) {
    const found = await this.results.find(lotId as LotId);
    // The committee's report is public together with the candidates, not before (条例54).
    if (!found?.publicity && found?.state !== 'failed') throw refused('AWARD.NO_RESULT');
    const report = await this.evaluation.report(lotId as LotId);
    return {
      state: found.state,
      report: report?.signed ?? null,
      publicity: found.publicity,
      award: found.award,
    };
  }

  @Post('publicity/draft')
  @HttpCode(200)
  @RequirePermission('award.manage')
  @ApiBearerAuth()
  @Answers(publicityDraft)
  async draftPublicity(@Param('lotId', ParseUUIDPipe) lotId: string, @CurrentPrincipal() who: Principal) {
    return { record: await this.publicising.draft(lotId as LotId, who) };
  }

  @Post('publicity')
  @RequirePermission('award.manage')
  @ApiBearerAuth()
  @Answers(loggedAnswer, '', 201)
  publicise(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Body(new RecordPipe(signed(publicity))) record: Signed<Publicity>,
    @CurrentPrincipal() who: Principal,
  ) {
    return this.publicising.publish(lotId as LotId, record, who);
  }

  @Post('award/draft')
  @HttpCode(200)
  @RequirePermission('award.manage')
  @ApiBearerAuth()
  @Answers(awardDraft)
  async draftAward(@Param('lotId', ParseUUIDPipe) lotId: string, @CurrentPrincipal() who: Principal) {
    return { record: await this.awarding.draft(lotId as LotId, who) };
  }

  @Post('award')
  @RequirePermission('award.manage')
  @ApiBearerAuth()
  @Answers(loggedAnswer, '', 201)
  award(
    @Param('lotId', ParseUUIDPipe) lotId: string,
    @Body(new RecordPipe(signed(award))) record: Signed<Award>,
    @CurrentPrincipal() who: Principal,
  ) {
    return this.awarding.run(lotId as LotId, record, who);
  }
}
