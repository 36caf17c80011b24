import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from '@nestjs/common';
import { refuse, RefusalError } from '#kernel';
import type { Fact } from '#kernel';

const MAX_FACTS = 50;

function collect(errors: readonly ValidationError[], prefix: string, facts: Record<string, Fact>): void {
  for (const error of errors) {
    if (Object.keys(facts).length >= MAX_FACTS) return;
    const path = prefix ? `${prefix}.${error.property}` : error.property;
    // The field's name comes from the client where the field is unknown: cut, so that facts stay small.
    if (error.constraints)
      facts[path.slice(0, 200)] = Object.values(error.constraints).join(', ').slice(0, 500);
    collect(error.children ?? [], path, facts);
  }
}

/** DTOs: known fields only, every fault named by its path. The values themselves are not repeated. */
export const validationPipe = () =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const facts: Record<string, Fact> = {};
      collect(errors, '', facts);
      return new RefusalError(refuse('WEB.VALIDATION', facts).error);
    },
  });
