import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { instant, isUuid, refuse, RefusalError } from '#kernel';
import type { Instant } from '#kernel';

const MAX_LIMIT = 100;

/** The query string of every list: `?limit=50&cursor=…`. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LIMIT, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit = 50;

  @ApiPropertyOptional({ description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** The sort key of the last row shown, as an opaque text. It grants nothing: every page is authorised anew. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * Reads a cursor from the outside: exactly the text that {@link encodeCursor} gives for values of these types.
 * @throws RefusalError WEB.CURSOR_INVALID
 */
export function decodeCursor<const Shape extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: Shape,
): { [I in keyof Shape]: Shape[I] extends 'number' ? number : string } {
  const invalid = () => new RefusalError(refuse('WEB.CURSOR_INVALID').error);
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid();
  }
  if (!Array.isArray(position) || position.length !== shape.length) throw invalid();
  if (!shape.every((type, i) => isOf(type, position[i]))) throw invalid();
  if (encodeCursor(position as (string | number)[]) !== cursor) throw invalid();
  return position as never;
}

/** The last instant that a record's text form (`YYYY-…`) has room for. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * The position in a list that is sorted by time and id; null: from its start.
 * @throws RefusalError WEB.CURSOR_INVALID
 */
export function timePosition({ cursor }: PageQuery): readonly [at: Instant, id: string] | null {
  if (cursor === undefined) return null;
  const [ms, id] = decodeCursor(cursor, ['number', 'string']);
  if (ms < 0 || ms > LAST_INSTANT || !isUuid(id)) throw new RefusalError(refuse('WEB.CURSOR_INVALID').error);
  return [instant(ms), id];
}

/** Numbers are ids and instants: the database would not take a fraction. */
const isOf = (type: 'string' | 'number', value: unknown): boolean =>
  type === 'number' ? Number.isSafeInteger(value) : typeof value === type;

/** Cuts a query's answer of up to `limit + 1` rows into a page. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  shape: { position: (row: Row) => readonly (string | number)[]; item: (row: Row) => T },
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(shape.item),
    nextCursor: rows.length > limit && last ? encodeCursor(shape.position(last)) : null,
  };
}
