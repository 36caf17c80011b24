import { pipeline } from 'node:stream/promises';
import { Controller, Get, Ip, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Response } from 'express';
import { formatInstant } from '#kernel';
import { CurrentPrincipal, decodeCursor, PageQuery, pageOf, Public, RequirePermission, respond } from '#web';
import type { Principal } from '#web';
import { AssembleEvidence } from '../application/assemble-evidence.ts';
import { ConfidentialReads } from '../application/confidential-reads.ts';
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
  constructor(
    private readonly assemble: AssembleEvidence,
    private readonly reads: ConfidentialReads,
  ) {}

  @Get(':id/evidence')
  @Public()
  @ApiOperation({
    summary: 'The evidence bundle of a lot (docs/EVIDENCE.md), once its opening record is published',
  })
  async evidence(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { audience }: EvidenceQuery,
    @CurrentPrincipal() who: Principal | undefined,
    @Ip() address: string,
    @Res() response: Response,
  ): Promise<void> {
    const bundle = respond(await this.assemble.run(id, audience, who?.permissions ?? []));
    if (audience === 'auditor' && who) await this.reads.record(id, 'evidence auditor', who, address);
    response.setHeader('Content-Type', 'application/zip');
    response.setHeader('Content-Disposition', `attachment; filename="evidence-${id}.zip"`);
    response.setHeader('Cache-Control', 'no-store');
    // A source that fails in the middle cuts the connection: a shorter file must not look whole. (It would not be
    // canonical either.)
    await pipeline(bundle, response).catch(() => response.destroy());
  }

  @Get(':id/reads')
  @RequirePermission('evidence.full')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who looked at what of this lot that is not public, and when' })
  async readers(@Param('id', ParseUUIDPipe) id: string, @Query() page: PageQuery) {
    const [after] = page.cursor === undefined ? [0] : decodeCursor(page.cursor, ['number']);
    const rows = await this.reads.list(id, after, page.limit + 1);
    return pageOf(rows, page.limit, {
      position: (read) => [read.id],
      item: (read) => ({ ...read, at: formatInstant(read.at) }),
    });
  }
}
