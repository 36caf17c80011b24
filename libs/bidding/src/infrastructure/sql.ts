import { instant } from '#kernel';
import type { Instant } from '#kernel';
import { mapDatabaseError } from '#persistence';
import type { DataSource } from 'typeorm';

/** Single statements, each its own transaction (autocommit): what the unit of work is not for. */
export class Autocommit {
  constructor(private readonly dataSource: DataSource) {}

  /** Rows of a SELECT or of a RETURNING clause. @throws what `mapDatabaseError` makes of the driver's error */
  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const result = await runner.query(sql, [...params], true);
      return (result.records ?? []) as T[];
    } catch (error) {
      throw mapDatabaseError(error);
    } finally {
      await runner.release().catch(() => undefined);
    }
  }
}

export const bytesOfText = (text: string): Buffer => Buffer.from(text, 'base64url');
export const textOfBytes = (bytes: Buffer): string => bytes.toString('base64url');
/** Columns are whole milliseconds, and `pg` gives them as Date. */
export const instantOf = (at: Date): Instant => instant(at.getTime());
export const instantOrNull = (at: Date | null): Instant | null => (at ? instantOf(at) : null);
export const dateOf = (at: Instant): Date => new Date(at);
