import { ApiOkResponse } from '@nestjs/swagger';
import { z } from 'zod';

/**
 * Describes a route's 200 answer in the API's document by the schema that the records themselves are checked with, so
 * that clients get types. It describes and does not check: test/browser holds the answers against it.
 */
export const Answers = (schema: z.ZodType, description = ''): MethodDecorator =>
  ApiOkResponse({
    description,
    schema: z.toJSONSchema(schema, { target: 'openapi-3.0', unrepresentable: 'any' }) as never,
  });

/** The shape that `pageOf` gives. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
