import { readFile } from 'node:fs/promises';
import { Body, Controller, Get, Header, Ip, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { z } from 'zod';
import { Clock, refuse, RefusalError, Settings, unwrap } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u } from '#trust';
import { loadSigner } from '#trust/key-file';
import { Answers, MinuteCounter, networkOf, Public, tooManyRequests } from '#web';
import { DemoPerson } from './demo-person.ts';
import { seededIdentities } from './demo-seed.ts';
import type { DemoIdentity } from './demo-seed.ts';
import { publishTender, quickPace } from './demo-tender.ts';
import { ownUrl } from './own-url.ts';

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

/** Tenders in a minute of one process: nobody signs in to make one, and each costs signatures and stays for good. */
const PER_NETWORK = 3;
const PER_PROCESS = 12;

/** Whom a new tender names. */
const ACTING = ['agency', 'tenderee', 'regulator'];

/** The demonstration's people with their private keys: whoever tries the platform out is all of them in turn. */
@ApiTags('platform')
@Controller('api/v1/demo')
export class DemoController {
  private readonly made = new MinuteCounter();

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
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
  async publish(
    @Body() { biddingMinutes }: QuickTenderDto,
    @Ip() address: string,
  ): Promise<{ lotId: string }> {
    const acting = (await this.people()).filter(({ name }) => ACTING.includes(name));
    if (acting.length < ACTING.length) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    this.count(networkOf(address));
    const people = new Map(await Promise.all(acting.map((each) => this.signedIn(each))));
    const now = await this.unitOfWork.run((tx) => tx.now());
    return { lotId: await publishTender(people, now, quickPace(biddingMinutes)) };
  }

  /** @throws RefusalError WEB.TOO_MANY_REQUESTS */
  private count(network: string): void {
    const now = this.clock.now();
    // The network first: what it has too many of takes no other's place.
    const allowed = this.made.take(network, PER_NETWORK, now) && this.made.take('all', PER_PROCESS, now);
    if (!allowed) throw tooManyRequests(now);
  }

  private async people(): Promise<readonly DemoIdentity[]> {
    if (!this.settings.demo) throw new RefusalError(refuse('WEB.NOT_FOUND').error);
    return seededIdentities(this.settings.dataDir);
  }

  private async signedIn({ name, creditCode, p12, password }: DemoIdentity): Promise<[string, DemoPerson]> {
    const signer = unwrap(await loadSigner(new Uint8Array(await readFile(p12)), password));
    const person = new DemoPerson(ownUrl(this.adapter.httpAdapter.getHttpServer()), creditCode, signer);
    await person.signIn();
    return [name, person];
  }
}
