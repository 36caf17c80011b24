import { pipeline } from 'node:stream/promises';
import { Controller, Get, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Response } from 'express';
import { CurrentPrincipal, Public, respond } from '#web';
import type { Principal } from '#web';
import { AssembleEvidence } from '../application/assemble-evidence.ts';
import type { EvidenceAudience } from '../application/evidence-source.ts';

export class EvidenceQuery {
  @ApiPropertyOptional({ enum: ['public', 'auditor'], default: 'public' })
  @IsOptional()
  @IsIn(['public', 'auditor'])
  audience: EvidenceAudience = 'public';
}

@ApiTags('evidence')
@Controller('api/v1/lots')
export class EvidenceController {
  constructor(private readonly assemble: AssembleEvidence) {}

  @Get(':id/evidence')
  @Public()
  @ApiOperation({
    summary: 'The evidence bundle of a lot (docs/EVIDENCE.md), once its opening record is published',
  })
  async evidence(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { audience }: EvidenceQuery,
    @CurrentPrincipal() who: Principal | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const bundle = respond(await this.assemble.run(id, audience, who?.permissions ?? []));
    response.setHeader('Content-Type', 'application/zip');
    response.setHeader('Content-Disposition', `attachment; filename="evidence-${id}.zip"`);
    response.setHeader('Cache-Control', 'no-store');
    // A source that fails in the middle cuts the connection: a shorter file must not look whole. (It would not be
    // canonical either.)
    await pipeline(bundle, response).catch(() => response.destroy());
  }
}
