/** What a process runs: `web` answers HTTP, `worker` runs ticks, jobs and the outbox, `all` does both. */
export type ProcessRole = 'web' | 'worker' | 'all';

/**
 * The part of the configuration that contexts may read; parsed and checked once by apps/platform and provided
 * under this token.
 */
export abstract class Settings {
  abstract readonly role: ProcessRole;
  /** Absolute path of the state directory. */
  abstract readonly dataDir: string;
  /** `<dataDir>/keys`, 0700; its files are 0600. Transparency owns what is in it. */
  abstract readonly keysDir: string;
  /** Where clients reach this platform, without a trailing slash. */
  abstract readonly publicUrl: string;
  /** Demonstration mode: time acceleration other than (1,1) is allowed. Never true in production. */
  abstract readonly demo: boolean;
  abstract readonly production: boolean;
}
