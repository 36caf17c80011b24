import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsPlainText } from '#web';
import { PARTY_ROLES } from '../domain/roles.ts';
import type { PartyRole } from '../domain/roles.ts';

const MAX_CHAIN = 64 * 1024;
const BASE64URL_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export class LoginDto {
  @ApiProperty({ enum: ['login'] })
  @Equals('login')
  type!: 'login';

  @ApiProperty({ description: 'Public URL of the server that asked' })
  @IsPlainText(300)
  origin!: string;

  @ApiProperty({ description: '32 bytes, base64url' })
  @Matches(BASE64URL_32)
  nonce!: string;

  @ApiProperty({ example: '2026-03-01T08:00:00.000Z' })
  @Matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  expiresAt!: string;
}

export class SignInDto {
  @ApiProperty({ type: LoginDto, description: 'As POST /auth/challenge gave it' })
  @ValidateNested()
  @Type(() => LoginDto)
  login!: LoginDto;

  @ApiProperty({ description: 'PEM, leaf first' })
  @IsString()
  @MaxLength(MAX_CHAIN)
  chain!: string;

  @ApiProperty({ description: 'base64url over "glasshall/1/sig\\0login\\0" and the JCS of `login`' })
  @Matches(/^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/)
  @MaxLength(1400)
  signature!: string;
}

export class EnrolDto extends SignInDto {
  @ApiProperty({ enum: PARTY_ROLES, isArray: true, description: 'Roles asked for; may be empty' })
  @IsArray()
  @ArrayMaxSize(PARTY_ROLES.length)
  @ArrayUnique()
  @IsIn(PARTY_ROLES, { each: true })
  roles!: PartyRole[];
}

export class TrustAuthorityDto {
  @ApiProperty({ description: 'PEM of one root certificate' })
  @IsString()
  @MaxLength(MAX_CHAIN)
  pem!: string;

  @ApiProperty()
  @IsPlainText(200)
  label!: string;

  @ApiProperty({ description: 'An embedded development authority: demonstration mode only' })
  @IsBoolean()
  development!: boolean;
}

export class StoreCrlDto {
  @ApiProperty({ description: 'DER, base64url; at most 64 KiB here' })
  @Matches(/^[A-Za-z0-9_-]+$/)
  @MaxLength(90_000)
  crl!: string;

  @ApiPropertyOptional({
    description: 'PEM of the issuer, leaf first, where it is not a trusted root itself',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CHAIN)
  issuerChain?: string;
}
