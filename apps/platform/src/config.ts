import { resolve } from 'node:path';
import { z } from 'zod';
import type { ProcessRole } from '#kernel';
import { parseFaultKill } from './fault-injection.ts';
import type { FaultPlan } from './fault-injection.ts';
import type { HallSettings } from '#opening';
import type { TransparencySettings } from '#transparency';
import { logContradictions, logVariables, toTransparencySettings } from './log-config.ts';

export interface PlatformConfig {
  readonly role: ProcessRole;
  readonly production: boolean;
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly trustedProxies: number;
  readonly metricsToken: string | null;
  readonly rateLimits: { readonly perAddress: number; readonly perSession: number };
  readonly hall: HallSettings;
  /** Null: the embedded server below dataDir. */
  readonly database: { readonly url: string; readonly migrationUrl: string | null } | null;
  readonly databasePool: number;
  /** Null: files below dataDir. */
  readonly s3: {
    readonly endpoint: string;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly bucket: string;
    readonly region: string;
  } | null;
  /** Null outside of fault tests. */
  readonly faults: FaultPlan | null;
  readonly log: TransparencySettings;
  /** Null: no outside time-stamp authority is asked. */
  readonly timeAuthoritiesFile: string | null;
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'postgres://user:password@host:port/database');
const httpUrl = z
  .string()
  .regex(
    /^https?:\/\/[^\s/?#]+(\/[^\s?#]*[^\s/?#])?$/,
    'http:// or https://, without a trailing slash or query',
  );

/** Every variable that the platform reads; docker/ is checked against these names. */
export const variables = {
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  ROLE: z.enum(['web', 'worker', 'all']).default('all'),
  DEMO: flag.optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65_535).default(3000),
  PUBLIC_URL: httpUrl.optional(),
  DATA_DIR: z.string().min(1).default('.glasshall'),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  TRUSTED_PROXIES: whole(0, 8).default(0),
  METRICS_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  RATE_LIMIT_PER_ADDRESS: whole(1, 100_000_000).default(6000),
  RATE_LIMIT_PER_SESSION: whole(1, 100_000_000).default(3000),
  HALL_VIEWERS: whole(1, 100_000).default(5000),
  HALL_VIEWERS_PER_ADDRESS: whole(1, 100_000).default(200),
  DATABASE_URL: postgresUrl.optional(),
  MIGRATION_DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL: whole(2, 500).default(20),
  S3_ENDPOINT: httpUrl.optional(),
  S3_ACCESS_KEY: z.string().min(1).optional(),
  S3_SECRET_KEY: z.string().min(1).optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name')
    .default('glasshall'),
  S3_REGION: z.string().min(1).default('us-east-1'),
  FAULT_KILL: z
    .string()
    .refine((text) => parseFaultKill(text) !== null, 'point:count, comma separated')
    .optional(),
  FAULT_TRACE: z.string().min(1).optional(),
  TIME_AUTHORITIES_FILE: z.string().min(1).optional(),
  ...logVariables,
} as const;

const schema = z.object(variables);
type Values = z.output<typeof schema>;
type Variable = keyof typeof variables;

/** Everything that is wrong with the environment, each fault with its variable. Values are not repeated: some are secrets. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly { readonly variable: string; readonly fault: string }[]) {
    super(['The configuration is wrong:', ...faults.map((f) => `  ${f.variable}: ${f.fault}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/** Settings that are right alone and wrong together. */
const CONTRADICTIONS: readonly { variable: Variable; fault: string; when: (v: Values) => boolean }[] = [
  {
    variable: 'DATABASE_URL',
    fault: 'needed when ROLE is web or worker: the embedded database serves one process (ROLE=all)',
    when: (v) => v.ROLE !== 'all' && v.DATABASE_URL === undefined,
  },
  {
    variable: 'MIGRATION_DATABASE_URL',
    fault: 'has no meaning without DATABASE_URL',
    when: (v) => v.MIGRATION_DATABASE_URL !== undefined && v.DATABASE_URL === undefined,
  },
  {
    variable: 'S3_ACCESS_KEY',
    fault: 'needed with S3_ENDPOINT',
    when: (v) => v.S3_ENDPOINT !== undefined && v.S3_ACCESS_KEY === undefined,
  },
  {
    variable: 'S3_SECRET_KEY',
    fault: 'needed with S3_ENDPOINT',
    when: (v) => v.S3_ENDPOINT !== undefined && v.S3_SECRET_KEY === undefined,
  },
  {
    variable: 'S3_ENDPOINT',
    fault: 'needed when S3_ACCESS_KEY or S3_SECRET_KEY is set',
    when: (v) => v.S3_ENDPOINT === undefined && (v.S3_ACCESS_KEY ?? v.S3_SECRET_KEY) !== undefined,
  },
  {
    variable: 'DEMO',
    fault: 'true is refused when NODE_ENV is production: it would allow shortened legal periods',
    when: (v) => v.DEMO === true && v.NODE_ENV === 'production',
  },
  {
    variable: 'FAULT_KILL',
    fault: 'refused when NODE_ENV is production: it kills the process',
    when: (v) => v.FAULT_KILL !== undefined && v.NODE_ENV === 'production',
  },
  {
    variable: 'FAULT_TRACE',
    fault: 'refused when NODE_ENV is production',
    when: (v) => v.FAULT_TRACE !== undefined && v.NODE_ENV === 'production',
  },
  {
    variable: 'PUBLIC_URL',
    fault: 'needed when NODE_ENV is production, and with https://',
    when: (v) => v.NODE_ENV === 'production' && v.PUBLIC_URL?.startsWith('https://') !== true,
  },
  ...logContradictions,
];

/** @throws ConfigError with all faults together. An empty variable counts as one that is not set. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const given = Object.entries(environment).filter(([name, value]) => name in variables && value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((i) => ({ variable: i.path.join('.'), fault: i.message })));
  const values = parsed.data;
  const faults = CONTRADICTIONS.filter((c) => c.when(values)).map(({ variable, fault }) => ({
    variable,
    fault,
  }));
  if (faults.length > 0) throw new ConfigError(faults);
  return toConfig(values);
}

function toConfig(v: Values): PlatformConfig {
  const production = v.NODE_ENV === 'production';
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey } = v;
  return {
    role: v.ROLE,
    production,
    // A database of its own is no demonstration unless somebody says so: a demonstration's keys are public.
    demo: v.DEMO ?? (!production && v.DATABASE_URL === undefined),
    host: v.HOST,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
    dataDir: resolve(v.DATA_DIR),
    logLevel: v.LOG_LEVEL,
    trustedProxies: v.TRUSTED_PROXIES,
    metricsToken: v.METRICS_TOKEN ?? null,
    rateLimits: { perAddress: v.RATE_LIMIT_PER_ADDRESS, perSession: v.RATE_LIMIT_PER_SESSION },
    hall: {
      viewers: v.HALL_VIEWERS,
      viewersPerAddress: v.HALL_VIEWERS_PER_ADDRESS,
      heartbeatMs: 15_000,
      slowMs: 20_000,
    },
    database: v.DATABASE_URL ? { url: v.DATABASE_URL, migrationUrl: v.MIGRATION_DATABASE_URL ?? null } : null,
    databasePool: v.DATABASE_POOL,
    s3:
      endpoint && accessKey && secretKey
        ? { endpoint, accessKey, secretKey, bucket: v.S3_BUCKET, region: v.S3_REGION }
        : null,
    faults:
      (v.FAULT_KILL ?? v.FAULT_TRACE) === undefined
        ? null
        : {
            kill: parseFaultKill(v.FAULT_KILL ?? '') ?? new Map<string, number>(),
            trace: v.FAULT_TRACE ?? null,
          },
    log: toTransparencySettings(v),
    timeAuthoritiesFile: v.TIME_AUTHORITIES_FILE ?? null,
  };
}
