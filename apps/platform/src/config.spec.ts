import { edPublicKey, formatWitnessKey } from '#trust';
import { ConfigError, parseConfig } from './config.ts';

const faultsOf = (environment: Record<string, string>): Record<string, string> => {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.faults.map((f) => [f.variable, f.fault]));
    throw error;
  }
  return {};
};

/** What production needs at least. */
const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://x.example',
  LOG_ORIGIN: 'x.example/log',
  LOG_KEY_FILE: '/keys/log.key',
  ...Object.fromEntries(
    ['RECEIPT', 'PLATFORM', 'TIMESTAMP'].flatMap((name) => [
      [`${name}_P12_FILE`, '/keys/p12'],
      [`${name}_P12_PASSWORD_FILE`, '/keys/password'],
    ]),
  ),
};

describe('configuration', () => {
  it('needs nothing: one process, embedded database, files, demonstration mode, this machine only', () => {
    expect(parseConfig({})).toMatchObject({
      role: 'all',
      demo: true,
      production: false,
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      database: null,
      s3: null,
      hall: { viewers: 5000, viewersPerAddress: 200 },
    });
  });

  it('names all faults together, each with its variable', () => {
    const faults = faultsOf({
      PORT: '70000',
      ROLE: 'both',
      DATABASE_URL: 'mysql://x',
      S3_BUCKET: '-',
      METRICS_TOKEN: 'short',
      DEMO: 'yes',
    });
    expect(Object.keys(faults).sort()).toEqual([
      'DATABASE_URL',
      'DEMO',
      'METRICS_TOKEN',
      'PORT',
      'ROLE',
      'S3_BUCKET',
    ]);
  });

  it('repeats no value, for some are secrets', () => {
    const secret = 'postgre://owner:hunter2@db/x';
    expect(() => parseConfig({ DATABASE_URL: secret })).toThrow(ConfigError);
    expect(() => parseConfig({ DATABASE_URL: secret })).not.toThrow(/hunter2/);
  });

  it.each([
    ['DATABASE_URL', { ROLE: 'web' }],
    ['DATABASE_URL', { ROLE: 'worker' }],
    ['MIGRATION_DATABASE_URL', { MIGRATION_DATABASE_URL: 'postgres://a:b@c/d' }],
    ['S3_ACCESS_KEY', { S3_ENDPOINT: 'http://s3', S3_SECRET_KEY: 'x' }],
    ['S3_SECRET_KEY', { S3_ENDPOINT: 'http://s3', S3_ACCESS_KEY: 'x' }],
    ['S3_ENDPOINT', { S3_SECRET_KEY: 'x' }],
    ['DEMO', { ...PRODUCTION, DEMO: 'true' }],
    ['PUBLIC_URL', { ...PRODUCTION, PUBLIC_URL: '' }],
    ['PUBLIC_URL', { ...PRODUCTION, PUBLIC_URL: 'http://x.example' }],
    ['LOG_ORIGIN', { ...PRODUCTION, LOG_ORIGIN: '' }],
    ['RECEIPT_P12_PASSWORD_FILE', { ...PRODUCTION, RECEIPT_P12_PASSWORD_FILE: '' }],
    ['FAULT_KILL', { ...PRODUCTION, FAULT_KILL: 'storage.part.fsync.before:1' }],
  ])('refuses a contradiction at %s: %j', (variable, environment) => {
    expect(Object.keys(faultsOf(environment as unknown as Record<string, string>))).toEqual([variable]);
  });

  it('is never in demonstration mode in production', () => {
    expect(parseConfig(PRODUCTION).demo).toBe(false);
    expect(parseConfig({ DEMO: 'false' }).demo).toBe(false);
    expect(parseConfig({}).demo).toBe(true);
    const DATABASE_URL = 'postgres://a:b@c/d';
    expect(parseConfig({ DATABASE_URL }).demo).toBe(false);
    expect(parseConfig({ DATABASE_URL, DEMO: 'true' }).demo).toBe(true);
  });

  it('takes an empty variable for one that is not set, as compose files write it', () => {
    expect(parseConfig({ S3_ENDPOINT: '', DATABASE_URL: '' })).toMatchObject({ s3: null, database: null });
  });

  it('reads the witnesses of the log, and asks for more than half of them where nothing else is said', () => {
    const key = (name: string, fill: number): string =>
      formatWitnessKey({ name, publicKey: edPublicKey(new Uint8Array(32).fill(fill)) });
    const [one, two] = [key('witness.example/1', 1), key('witness.example/2', 2)];
    const list = `${one} https://1.example;\n ${two} http://127.0.0.1:2025/w2 ;`;
    const witnesses = [
      { vkey: one, url: 'https://1.example' },
      { vkey: two, url: 'http://127.0.0.1:2025/w2' },
    ];
    expect(parseConfig({}).log).toMatchObject({ witnesses: [], quorum: 0 });
    expect(parseConfig({ WITNESSES: list }).log).toMatchObject({ witnesses, quorum: 2 });
    expect(parseConfig({ WITNESSES: list, WITNESS_QUORUM: '1' }).log).toMatchObject({ quorum: 1 });
    expect(faultsOf({ WITNESSES: list, WITNESS_QUORUM: '3' })).toEqual({
      WITNESS_QUORUM: 'more than there are WITNESSES',
    });
    for (const wrong of [
      one,
      `${one} ftp://1.example`,
      `${one} https://1.example/`,
      `${one} https://1.example more`,
      `${one} https://1.example;${one} https://2.example`,
      `${one} https://1.example;${key('witness.example/1', 3)} https://2.example`,
      `${one} https://1.example;${key('witness.example/3', 1)} https://2.example`,
      `${one.slice(0, -1)} https://1.example`,
      Array.from({ length: 16 }, (_, at) => `${key(`w${at}`, at + 1)} https://w.example`).join(';'),
    ])
      expect([wrong, Object.keys(faultsOf({ WITNESSES: wrong }))]).toEqual([wrong, ['WITNESSES']]);
  });
});
