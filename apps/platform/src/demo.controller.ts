import { readFile } from 'node:fs/promises';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { refuse, RefusalError, Settings } from '#kernel';
import { b64u } from '#trust';
import { Answers, Public } from '#web';
import { seededIdentities } from './demo-seed.ts';

const identities = z.object({
  items: z.array(
    z.object({
      name: z.string().describe('`tenderee`, `bidder-3`'),
      organisation: z.string(),
      creditCode: z.string(),
      role: z.string(),
      p12: z.string().describe('The key file, base64url'),
      password: z.string(),
    }),
  ),
});

/** The demonstration's people with their private keys: whoever tries the platform out is all of them in turn. */
@ApiTags('platform')
@Controller('api/v1/demo')
export class DemoController {
  constructor(private readonly settings: Settings) {}

  @Get('identities')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Key files of the demonstration’s people; nothing outside demonstration mode' })
  @Answers(identities)
  async list(): Promise<z.infer<typeof identities>> {
    if (!this.settings.demo) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    const people = await seededIdentities(this.settings.dataDir);
    const items = people.map(async ({ name, organisation, creditCode, role, p12, password }) => ({
      name,
      organisation,
      creditCode,
      role,
      p12: b64u.encode(new Uint8Array(await readFile(p12))),
      password,
    }));
    return { items: await Promise.all(items) };
  }
}
