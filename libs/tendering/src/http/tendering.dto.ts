import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IsPlainText, PageQuery } from '#web';
import { LOT_STAGES, PROJECT_KINDS, PROJECT_LEVELS } from '../domain/lot.ts';
import type { LotStage, ProjectKind, ProjectLevel } from '../domain/lot.ts';
import { MAX_ANSWER_LENGTH, MAX_QUESTION_LENGTH } from '../domain/question.ts';
import type { LotState } from '../domain/lot-states.ts';

const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const YUAN = /^(0|[1-9]\d{0,14})\.\d{2}$/;
const TIME = { example: '2026-03-01T08:00:00.000Z' };

export class NewProjectDto {
  @ApiProperty()
  @IsPlainText(300)
  name!: string;

  @ApiProperty({ enum: PROJECT_KINDS })
  @IsIn(PROJECT_KINDS)
  kind!: ProjectKind;

  @ApiProperty({ enum: PROJECT_LEVELS })
  @IsIn(PROJECT_LEVELS)
  level!: ProjectLevel;

  @ApiProperty({ description: 'Credit code' })
  @Matches(CREDIT_CODE)
  tenderee!: string;

  @ApiProperty({ description: 'Credit code' })
  @Matches(CREDIT_CODE)
  regulator!: string;
}

export class NewLotDto {
  @ApiProperty()
  @IsPlainText(300)
  name!: string;

  @ApiProperty({ example: '1000000.00' })
  @Matches(YUAN)
  estimate!: string;

  @ApiProperty({ type: Object, description: 'EvaluationMethod of docs/PROTOCOL.md' })
  @IsObject()
  method!: object;

  @ApiProperty(TIME)
  @Matches(INSTANT)
  deadline!: string;

  @ApiProperty(TIME)
  @Matches(INSTANT)
  documentsFrom!: string;

  @ApiProperty(TIME)
  @Matches(INSTANT)
  documentsUntil!: string;

  @ApiPropertyOptional({ type: Object, description: '{periods, waits}; other than 1 in demonstrations only' })
  @IsOptional()
  @IsObject()
  acceleration?: object;

  @ApiPropertyOptional({
    type: [Object],
    description: '{i, role, org}; default: the five seats of PROTOCOL 1',
  })
  @IsOptional()
  @IsArray()
  seats?: object[];

  @ApiPropertyOptional({ description: 'Shares that open; with `seats` only' })
  @IsOptional()
  @IsInt()
  @Min(2)
  @Max(15)
  k?: number;

  @ApiPropertyOptional({
    enum: ['P256', 'SM'],
    description: 'Of all records of the lot; left out: P256, or as the draft says',
  })
  @IsOptional()
  @IsIn(['P256', 'SM'])
  suite?: 'P256' | 'SM';
}

export class DraftNoticeDto {
  @ApiProperty({ enum: ['notice', 'clarification', 'change'] })
  @IsIn(['notice', 'clarification', 'change'])
  kind!: 'notice' | 'clarification' | 'change';

  @ApiProperty({ maxLength: 20_000 })
  @IsPlainText(20_000, { lines: true, empty: true })
  summary!: string;

  @ApiPropertyOptional({ ...TIME, description: 'Another deadline; later only, once published' })
  @IsOptional()
  @Matches(INSTANT)
  deadline?: string;
}

export class SignedDto {
  @ApiProperty({ type: Object, description: '{record, signatures}' })
  @IsObject()
  signed!: object;
}

export class DraftCancellationDto {
  @ApiProperty({ maxLength: 4000 })
  @IsPlainText(4000, { lines: true })
  reason!: string;

  @ApiProperty({ maxLength: 300, example: '招标投标法实施条例第三十一条' })
  @IsPlainText(300)
  article!: string;
}

export class CancellationDto {
  @ApiPropertyOptional({ type: Object, description: '{record, signatures}; left out for a draft' })
  @IsOptional()
  @IsObject()
  signed?: object;
}

export class QuestionDto {
  @ApiProperty({ maxLength: MAX_QUESTION_LENGTH, description: 'Names nobody: who asks stays unknown' })
  @IsPlainText(MAX_QUESTION_LENGTH, { lines: true })
  text!: string;
}

export class AnswerDto {
  @ApiProperty({ maxLength: MAX_ANSWER_LENGTH })
  @IsPlainText(MAX_ANSWER_LENGTH, { lines: true })
  text!: string;

  @ApiPropertyOptional({ description: 'The published version that changes the documents as the answer says' })
  @IsOptional()
  @IsInt()
  @Min(2)
  @Max(10_000)
  noticeVersion?: number;
}

export class DeskLotQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Of this project only' })
  @IsOptional()
  @IsUUID()
  project?: string;
}

/** Whom a project names, and who else may hold a seat. */
const PARTY_ROLES = ['tenderee', 'regulator', 'operator', 'notary', 'audit'] as const;

export class PartyQuery {
  @ApiProperty({ enum: PARTY_ROLES })
  @IsIn(PARTY_ROLES)
  role!: (typeof PARTY_ROLES)[number];
}

export class OfferDto {
  @ApiProperty({ type: Object, description: 'TrusteeKey: {i, org, cert, y, pop}' })
  @IsObject()
  key!: object;
}

export class SignatureDto {
  @ApiProperty({ type: Object, description: '{signer, sig} over LOTKEY' })
  @IsObject()
  signature!: object;
}

export class LotQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'In the names of project, lot, tenderee or agency', maxLength: 100 })
  @IsOptional()
  @IsPlainText(100)
  text?: string;

  @ApiPropertyOptional({ enum: LOT_STAGES, description: 'By the platform’s clock at this answer' })
  @IsOptional()
  @IsIn(LOT_STAGES)
  stage?: LotStage;

  @ApiPropertyOptional({ enum: ['published', 'keyed', 'cancelled'] })
  @IsOptional()
  @IsString()
  @IsIn(['published', 'keyed', 'cancelled'])
  state?: Exclude<LotState, 'draft'>;
}
