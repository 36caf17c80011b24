import { Body, Controller, Delete, Get, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatInstant } from '#kernel';
import { Answers, CurrentPrincipal, Public, RequirePermission } from '#web';
import type { Principal } from '#web';
import { AnswerLogin } from '../application/answer-login.ts';
import { SignIn } from '../application/sign-in.ts';
import { challengeAnswer, principalAnswer, sessionAnswer } from './parties-answers.ts';
import { SignInDto } from './parties.dto.ts';

@ApiTags('auth')
@Controller('api/v1')
export class AuthController {
  constructor(
    private readonly answers: AnswerLogin,
    private readonly signIn: SignIn,
  ) {}

  @Post('auth/challenge')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'A record to sign: single use, two minutes' })
  @Answers(challengeAnswer)
  async challenge() {
    return { login: await this.answers.challenge() };
  }

  @Post('auth/session')
  @Public()
  @ApiOperation({ summary: 'Signs in with a certificate that is enrolled' })
  @Answers(sessionAnswer, '', 201)
  async open(@Body() dto: SignInDto, @Ip() address: string) {
    const { token, expiresAt, principal } = await this.signIn.open(dto, address);
    return { token, expiresAt: formatInstant(expiresAt), principal };
  }

  @Delete('auth/session')
  @RequirePermission('me.read')
  @HttpCode(204)
  @ApiBearerAuth()
  async close(@CurrentPrincipal() who: Principal, @Ip() address: string): Promise<void> {
    await this.signIn.close(who, address);
  }

  @Get('me')
  @RequirePermission('me.read')
  @ApiBearerAuth()
  @Answers(principalAnswer)
  me(@CurrentPrincipal() who: Principal) {
    return who;
  }
}
