import type { Client } from 'minio';
import { faultPoint, formatInstant, instant } from '#kernel';
import type { Clock, Instant } from '#kernel';
import { BlobRetainedError } from '../blob-store.ts';
import { isNoSuchKey, isNotRetained } from './s3-connection.ts';

const LOCK_KNOWN_MS = 60_000;

/** Compliance-mode retention of objects, in a bucket with object lock; without it nothing here does anything. */
export class S3Retention {
  private lock: { readonly known: Promise<boolean>; readonly until: number } | null = null;

  constructor(
    private readonly client: Client,
    private readonly bucket: string,
    private readonly clock: Clock,
  ) {}

  /** @throws BlobRetainedError. By this machine's clock; the store's own judges a version's deletion in the end. */
  async refuse(key: string): Promise<void> {
    const until = await this.until(key);
    if (until !== null && until > this.clock.now()) throw new BlobRetainedError(key, until);
  }

  /** Null also where there is no such object. */
  async until(key: string): Promise<Instant | null> {
    if (!(await this.hasObjectLock())) return null;
    try {
      const found = (await this.client.getObjectRetention(this.bucket, key)) as {
        retainUntilDate?: string;
      } | null;
      const until = Date.parse(found?.retainUntilDate ?? '');
      return Number.isNaN(until) ? null : instant(until);
    } catch (error) {
      if (isNoSuchKey(error) || isNotRetained(error)) return null;
      throw error;
    }
  }

  async set(key: string, until: Instant): Promise<void> {
    if (!(await this.hasObjectLock())) return;
    const retention = { mode: 'COMPLIANCE', retainUntilDate: formatInstant(until) };
    await this.client.putObjectRetention(this.bucket, key, retention as never);
    await faultPoint('storage.s3.retention.after');
  }

  /** Asked again every minute: a bucket may be replaced. */
  private async hasObjectLock(): Promise<boolean> {
    const now = performance.now();
    if (!this.lock || this.lock.until < now) {
      const asked = this.client.getObjectLockConfig(this.bucket) as unknown as Promise<unknown>;
      const known = asked.then(
        () => true,
        (error: unknown) => {
          if ((error as { code?: string }).code === 'ObjectLockConfigurationNotFoundError') return false;
          this.lock = null;
          throw error;
        },
      );
      this.lock = { known, until: now + LOCK_KNOWN_MS };
    }
    return this.lock.known;
  }
}
