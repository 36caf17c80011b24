import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { z } from 'zod';
import { refuse, RefusalError, Settings, unwrap } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u } from '#trust';
import { loadSigner } from '#trust/key-file';
import { Answers, Public } from '#web';
import { DemoPerson } from './demo-person.ts';
import { seededIdentities } from './demo-seed.ts';
import type { DemoIdentity } from './demo-seed.ts';
import { publishTender, quickPace } from './demo-tender.ts';

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

const MINUTES = [1, 5, 15] as const;

export class QuickTenderDto {
  @ApiProperty({ enum: MINUTES, description: 'Minutes from the notice to the deadline' })
  @IsIn(MINUTES)
  biddingMinutes!: 1 | 5 | 15;
}

/** Whom a new tender names. */
const ACTING = ['agency', 'tenderee', 'regulator'];

/** The demonstration's people with their private keys: whoever tries the platform out is all of them in turn. */
@ApiTags('platform')
@Controller('api/v1/demo')
export class DemoController {
  constructor(
    private readonly settings: Settings,
    private readonly unitOfWork: UnitOfWork,
    private readonly adapter: HttpAdapterHost,
  ) {}

  @Get('identities')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Key files of the demonstration’s people; nothing outside demonstration mode' })
  @Answers(identities)
  async list(): Promise<z.infer<typeof identities>> {
    const people = await this.people();
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

  @Post('tenders')
  @Public()
  @ApiOperation({ summary: 'The demonstration’s agency publishes a tender that is over in minutes' })
  @Answers(z.object({ lotId: z.string() }), '', 201)
  async publish(@Body() { biddingMinutes }: QuickTenderDto): Promise<{ lotId: string }> {
    const acting = (await this.people()).filter(({ name }) => ACTING.includes(name));
    if (acting.length < ACTING.length) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    const people = new Map(await Promise.all(acting.map((each) => this.signedIn(each))));
    const now = await this.unitOfWork.run((tx) => tx.now());
    return { lotId: await publishTender(people, now, quickPace(biddingMinutes)) };
  }

  private async people(): Promise<readonly DemoIdentity[]> {
    if (!this.settings.demo) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    return seededIdentities(this.settings.dataDir);
  }

  /** At this process's own door, as everybody else comes in; never at an address that a request names. */
  private async signedIn({ name, creditCode, p12, password }: DemoIdentity): Promise<[string, DemoPerson]> {
    const { address, port } = this.adapter.httpAdapter.getHttpServer().address() as AddressInfo;
    const host = address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address;
    const signer = unwrap(await loadSigner(new Uint8Array(await readFile(p12)), password));
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
    const person = new DemoPerson(url, creditCode, signer);
    await person.signIn();
    return [name, person];
  }
}
