import { registerDecorator } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

/** Control characters (NUL would also break PostgreSQL's text) and lone surrogates (no UTF-8 holds them). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
const UNPRINTABLE_LINES = /(?![\n\t])[\p{Cc}\p{Cs}]/u;

/** Text that a person may read: 1 (or 0, where `empty` is allowed) to `max` UTF-16 units, no control characters. */
export function IsPlainText(
  max: number,
  { lines = false, empty = false, ...options }: ValidationOptions & { lines?: boolean; empty?: boolean } = {},
): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isPlainText',
      target: target.constructor,
      propertyName: propertyName as string,
      options,
      constraints: [max],
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          value.length <= max &&
          (empty || value.trim() !== '') &&
          !(lines ? UNPRINTABLE_LINES : UNPRINTABLE).test(value),
        defaultMessage: () => `$property must be text of at most ${String(max)} printable characters`,
      },
    });
  };
}
