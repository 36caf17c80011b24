import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches, ValidateIf } from 'class-validator';
import type { RejectionGround } from '#trust';
import { IsPlainText } from '#web';

const GROUNDS = ['51-1', '51-2', '51-3', '51-4', '51-5', '51-6', '51-7'] as const;

export class DecideBidDto {
  @ApiProperty({ description: 'Commitment of the bid, base64url' })
  @Matches(/^[A-Za-z0-9_-]{43}$/)
  c!: string;

  @ApiProperty({
    enum: GROUNDS,
    nullable: true,
    description: '条例51 by number; null takes a rejection back',
  })
  @ValidateIf((dto: DecideBidDto) => dto.ground !== null)
  @IsIn(GROUNDS)
  ground!: RejectionGround | null;

  @ApiProperty({ nullable: true, description: 'Shown to the bidder; required with a ground' })
  @ValidateIf((dto: DecideBidDto) => dto.ground !== null)
  @IsPlainText(300)
  reason!: string | null;
}
