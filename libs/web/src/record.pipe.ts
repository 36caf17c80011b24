import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { refuse, RefusalError } from '#kernel';
import type { Fact } from '#kernel';

const MAX_FACTS = 20;

/**
 * For bodies that are records: `@Body(new RecordPipe(signed(evaluationReport))) signed: Signed<EvaluationReport>`.
 * The record's own strict schema decides, so that what is signed and what is accepted cannot differ.
 */
export class RecordPipe<T> implements PipeTransform<unknown, T> {
  constructor(private readonly schema: z.ZodType<T>) {}

  transform(value: unknown): T {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const facts: Record<string, Fact> = {};
    for (const issue of parsed.error.issues.slice(0, MAX_FACTS))
      facts[issue.path.join('.').slice(0, 200) || 'body'] = issue.message.slice(0, 200);
    throw new RefusalError(refuse('WEB.VALIDATION', facts).error);
  }
}
