import { Controller, Get, Header } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { SettledStorage } from '#bidding';
import { formatInstant } from '#kernel';
import { LookAtWork } from '#jobs';
import { LotBoard } from '#tendering';
import { LogHealth } from '#transparency';
import { Answers, HealthProbes, RequirePermission } from '#web';

const condition = z.enum(['ok', 'behind', 'failing']);
const platformState = z.object({
  parts: z.array(z.object({ name: z.string(), up: z.boolean() })),
  log: z.object({
    size: z.int().nullable().describe('Leaves, as the public checkpoint says'),
    signedAt: z.string().nullable(),
    behind: z.boolean(),
    halted: z.boolean().describe('Stopped on a contradiction, until a restart finds everything in order'),
  }),
  work: z.object({
    queues: z.array(z.object({ name: z.string(), state: condition })),
    news: condition,
    failing: z.array(z.string()).describe('Handlers of news that do not succeed'),
  }),
  storage: z
    .object({
      documentsGiB: z.int().describe('Published documents, rounded up'),
      bidsGiB: z.int().describe('Sealed bids of lots whose deadline has passed, rounded up; never others'),
    })
    .describe('Whole GiB over all lots together'),
});

const GIB = 1024n ** 3n;
const wholeGiB = (bytes: bigint): number => Number((bytes + GIB - 1n) / GIB);

/**
 * What the operator may see of the platform's work: conditions and coarse sums, never per lot, and nothing that moves
 * while a lot takes bids because of what came in (法22). The operator's own machines show more (disks, networks): that
 * is outside of what a page can keep, and why the log hides counts by itself (docs/THREATS.md).
 */
@ApiTags('platform')
@Controller('api/v1/operations')
export class PlatformStateController {
  constructor(
    private readonly probes: HealthProbes,
    private readonly log: LogHealth,
    private readonly work: LookAtWork,
    private readonly bids: SettledStorage,
    private readonly lots: LotBoard,
  ) {}

  @Get()
  @RequirePermission('operations.read')
  @ApiBearerAuth()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Health, log, background work and room on disk; coarse, never per lot' })
  @Answers(platformState)
  async show() {
    const parts = this.probes.parts.map(async ({ name, check }) => ({
      name,
      up: await check().then(
        () => true,
        () => false,
      ),
    }));
    const { signedAt, ...log } = await this.log.state();
    return {
      parts: await Promise.all(parts),
      log: { ...log, signedAt: signedAt === null ? null : formatInstant(signedAt) },
      work: await this.work.run(),
      storage: {
        documentsGiB: wholeGiB(await this.lots.documentBytes()),
        bidsGiB: wholeGiB(await this.bids.bytes()),
      },
    };
  }
}
