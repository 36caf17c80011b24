import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { formatInstant, Settings } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Answers, HealthProbes, Public } from '#web';

const overview = z.object({
  role: z.enum(['web', 'worker', 'all']),
  demo: z.boolean().describe('Legal periods may be shortened here; never in production'),
  parts: z.array(z.object({ name: z.string(), up: z.boolean() })),
  serverTime: z
    .string()
    .nullable()
    .describe('The database’s clock, which decides deadlines; null while it is away'),
});

/** What is running, for the portal's front page and for its clock. */
@ApiTags('platform')
@Controller('api/v1/overview')
export class OverviewController {
  constructor(
    private readonly settings: Settings,
    private readonly probes: HealthProbes,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What is running here, and the time that counts' })
  @Answers(overview)
  async show() {
    const { role, demo } = this.settings;
    const parts = this.probes.parts.map(async ({ name, check }) => ({ name, up: await holds(check()) }));
    return { role, demo, parts: await Promise.all(parts), serverTime: await this.time() };
  }

  /** Null rather than this process's own clock: a wrong time is worse than none. */
  private time(): Promise<string | null> {
    return this.unitOfWork
      .run((tx) => tx.now(), { readOnly: true, isolation: 'READ COMMITTED' })
      .then(formatInstant, () => null);
  }
}

const holds = (check: Promise<void>): Promise<boolean> =>
  check.then(
    () => true,
    () => false,
  );
