import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

/**
 * Describes a route's answer (200, or the other `status` that it has) in the API's document by the schema that the records themselves are checked with, so
 * that clients get types. It describes and does not check: test/browser holds the answers against it.
 */
export const Answers = (schema: z.ZodType, description = '', status = 200): MethodDecorator =>
  ApiResponse({
    status,
    description,
    schema: z.toJSONSchema(schema, { target: 'openapi-3.0', unrepresentable: 'any' }) as never,
  });

/** The shape that `pageOf` gives. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
