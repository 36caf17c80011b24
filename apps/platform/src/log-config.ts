/** The part of the configuration that decides about the log and the platform's own keys (docs/DEPLOYMENT.md). */
import { z } from 'zod';
import { DAY, SECOND } from '#kernel';
import type { P12Setting, TransparencySettings, WitnessSetting } from '#transparency';
import { parseWitnessKey, TrustError } from '#trust';

const path = z.string().min(1).optional();

/** `<verifier key> <address>`, several divided by semicolons or lines. */
function readWitnesses(text: string, context: z.RefinementCtx): WitnessSetting[] {
  const entries = text.split(/[;\n]/).filter((entry) => entry.trim() !== '');
  const witnesses = entries.map((entry) => {
    const [vkey = '', url = '', ...more] = entry.trim().split(/\s+/);
    return more.length === 0 && /^https?:\/\/[^\s?#]*[^\s?#/]$/.test(url) && isWitnessKey(vkey)
      ? { vkey, url }
      : null;
  });
  const good = witnesses.filter((witness) => witness !== null);
  const distinct = (values: readonly string[]) => new Set(values).size === witnesses.length;
  const keys = good.map(({ vkey }) => parseWitnessKey(vkey));
  const named =
    distinct(keys.map(({ name }) => name)) && distinct(keys.map(({ publicKey }) => publicKey.join()));
  if (good.length < witnesses.length || !named || good.length > 15)
    context.addIssue('at most 15 of "<verifier key> <address>", no name or key twice, divided by ;');
  return good;
}

function isWitnessKey(vkey: string): boolean {
  try {
    return parseWitnessKey(vkey).name.length <= 200;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .optional();

export const logVariables = {
  LOG_TICK_MS: whole(20, 60_000),
  LOG_BATCH: whole(1, 16_384),
  LOG_DAY_MS: whole(1000, DAY),
  LOG_ORIGIN: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~-]+)*$/,
      'a host and path without scheme (c2sp.org/tlog-checkpoint)',
    )
    .optional(),
  LOG_KEY_FILE: path,
  RECEIPT_P12_FILE: path,
  RECEIPT_P12_PASSWORD_FILE: path,
  PLATFORM_P12_FILE: path,
  PLATFORM_P12_PASSWORD_FILE: path,
  TIMESTAMP_P12_FILE: path,
  TIMESTAMP_P12_PASSWORD_FILE: path,
  WITNESSES: z.string().transform(readWitnesses).optional(),
  WITNESS_QUORUM: z
    .string()
    .regex(/^\d{1,2}$/, 'a whole number')
    .transform(Number)
    .optional(),
  RECEIPT_SM_P12_FILE: path,
  RECEIPT_SM_P12_PASSWORD_FILE: path,
  PLATFORM_SM_P12_FILE: path,
  PLATFORM_SM_P12_PASSWORD_FILE: path,
} as const;

type LogVariable = keyof typeof logVariables;
type LogValues = { readonly [V in LogVariable]?: z.output<(typeof logVariables)[V]> } & {
  readonly NODE_ENV: string;
};

const NEEDED = [
  'LOG_ORIGIN',
  'LOG_KEY_FILE',
  'RECEIPT_P12_FILE',
  'PLATFORM_P12_FILE',
  'TIMESTAMP_P12_FILE',
] as const;
const PAIRS = [
  ['RECEIPT_P12_FILE', 'RECEIPT_P12_PASSWORD_FILE'],
  ['PLATFORM_P12_FILE', 'PLATFORM_P12_PASSWORD_FILE'],
  ['TIMESTAMP_P12_FILE', 'TIMESTAMP_P12_PASSWORD_FILE'],
  ['RECEIPT_SM_P12_FILE', 'RECEIPT_SM_P12_PASSWORD_FILE'],
  ['PLATFORM_SM_P12_FILE', 'PLATFORM_SM_P12_PASSWORD_FILE'],
] as const;

export const logContradictions: readonly {
  variable: LogVariable;
  fault: string;
  when: (v: LogValues) => boolean;
}[] = [
  {
    variable: 'LOG_DAY_MS',
    fault: 'refused when NODE_ENV is production: a seed lasts a day',
    when: (v: LogValues) => v.NODE_ENV === 'production' && v.LOG_DAY_MS !== undefined,
  },
  {
    variable: 'WITNESS_QUORUM',
    fault: 'more than there are WITNESSES',
    when: (v: LogValues) => (v.WITNESS_QUORUM ?? 0) > (v.WITNESSES?.length ?? 0),
  },
  ...NEEDED.map((variable) => ({
    variable,
    fault: 'needed when NODE_ENV is production: keys are then never made up',
    when: (v: LogValues) => v.NODE_ENV === 'production' && v[variable] === undefined,
  })),
  ...PAIRS.flatMap(([file, password]) => [
    {
      variable: password,
      fault: `needed with ${file}`,
      when: (v: LogValues) => v[file] !== undefined && v[password] === undefined,
    },
    {
      variable: file,
      fault: `needed with ${password}`,
      when: (v: LogValues) => v[file] === undefined && v[password] !== undefined,
    },
  ]),
];

/** A development's days are short, so that its tenders see a seed shown; its ticks, so that nobody waits. */
const clockOf = (v: LogValues): Pick<TransparencySettings, 'logTickMs' | 'logBatch' | 'logDayMs'> => {
  const production = v.NODE_ENV === 'production';
  return {
    logTickMs: v.LOG_TICK_MS ?? (production ? 10 * SECOND : SECOND / 2),
    logBatch: v.LOG_BATCH ?? (production ? 16 : 8),
    logDayMs: v.LOG_DAY_MS ?? (production ? DAY : 20 * SECOND),
  };
};

const p12 = (file: string | undefined, passwordFile: string | undefined): P12Setting | null =>
  file !== undefined && passwordFile !== undefined ? { file, passwordFile } : null;

export const toTransparencySettings = (v: LogValues): TransparencySettings => ({
  ...clockOf(v),
  logOrigin: v.LOG_ORIGIN ?? null,
  logKeyFile: v.LOG_KEY_FILE ?? null,
  receipt: p12(v.RECEIPT_P12_FILE, v.RECEIPT_P12_PASSWORD_FILE),
  platform: p12(v.PLATFORM_P12_FILE, v.PLATFORM_P12_PASSWORD_FILE),
  timestamp: p12(v.TIMESTAMP_P12_FILE, v.TIMESTAMP_P12_PASSWORD_FILE),
  witnesses: v.WITNESSES ?? [],
  // More than half: two such quorums of one list have a witness in common.
  quorum: v.WITNESS_QUORUM ?? (v.WITNESSES ? Math.floor(v.WITNESSES.length / 2) + 1 : 0),
  smReceipt: p12(v.RECEIPT_SM_P12_FILE, v.RECEIPT_SM_P12_PASSWORD_FILE),
  smPlatform: p12(v.PLATFORM_SM_P12_FILE, v.PLATFORM_SM_P12_PASSWORD_FILE),
});
