import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsOptional, Matches, Max, Min } from 'class-validator';
import { IsPlainText } from '#web';
import { ATTENDANT_ROLES } from '../application/attendance-store.ts';
import type { AttendantRole } from '../application/attendance-store.ts';

export class SharesQuery {
  @ApiPropertyOptional({ minimum: 0, maximum: 3 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(3)
  stage?: number;

  @ApiPropertyOptional({ enum: ['public', 'committee', 'journal'] })
  @IsOptional()
  @IsIn(['public', 'committee', 'journal'])
  audience?: 'public' | 'committee' | 'journal';
}

export class StreamQuery {
  @ApiPropertyOptional({ minimum: 0, default: 0, description: 'seq of the last event that is known' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after = 0;
}

export class EventsQuery extends StreamQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 200 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit = 200;
}

export class SecretDto {
  @ApiProperty({ minimum: 0, maximum: 3 })
  @IsInt()
  @Min(0)
  @Max(3)
  stage!: number;

  @ApiProperty({ enum: ['public', 'committee'] })
  @IsIn(['public', 'committee'])
  audience!: 'public' | 'committee';

  @ApiProperty({ description: 'The dealing’s secret s: 32 bytes, base64url' })
  @Matches(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)
  s!: string;
}

export class TextDto {
  @ApiProperty({ maxLength: 4000 })
  @IsPlainText(4000, { lines: true })
  text!: string;
}

export class ObjectionDto extends TextDto {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'receipt.json of the bid, where no opened identity shows that the organisation is a bidder',
  })
  @IsOptional()
  @IsObject()
  receipt?: object;
}

export class AttendanceDto {
  @ApiProperty({ enum: ATTENDANT_ROLES, description: 'As what the organisation is there' })
  @IsIn(ATTENDANT_ROLES)
  role!: AttendantRole;
}
