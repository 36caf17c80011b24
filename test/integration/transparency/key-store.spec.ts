import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMs, DAY, SystemClock } from '#kernel';
import type { Settings } from '#kernel';
import { createDevelopmentCa, decodePoint, eciesSeal, OID, suiteOf, systemRandom, TrustError } from '#trust';
import { writePkcs12 } from '#trust/key-file';
import { openKeyStore } from '../../../libs/transparency/src/infrastructure/key-store.ts';
import { RoomKeys } from '../../../libs/transparency/src/infrastructure/room-keys.ts';
import type { TransparencySettings } from '#transparency';
import { PLAIN_LOG } from '../../support/log-settings.ts';

const clock = new SystemClock();
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(() => rm(dir, { recursive: true }));

const settings = (more: Partial<Settings> = {}): Settings => ({
  role: 'all',
  dataDir: dir,
  keysDir: join(dir, 'keys'),
  publicUrl: 'http://localhost:3000',
  demo: true,
  production: false,
  ...more,
});
const open = (more: Partial<TransparencySettings> = {}, base: Partial<Settings> = {}) =>
  openKeyStore(settings(base), { ...PLAIN_LOG, ...more }, clock);
const faultsOf = (opening: Promise<unknown>): Promise<readonly string[]> =>
  opening.then(
    () => [],
    (error: { faults: readonly string[] }) => error.faults,
  );

/** P12 files of an outside authority, as an operator would have them. */
async function operatorFiles() {
  const now = clock.now();
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 300 * DAY) };
  const ca = await createDevelopmentCa({ name: 'Outside', ...validity });
  const passwordFile = join(dir, 'password');
  await writeFile(passwordFile, 'a long password\n');
  const make = async (name: string, eku?: string[]) => {
    const issued = await ca.issue({ subject: { person: name }, ...validity, ...(eku ? { eku } : {}) });
    const keyFile = { pkcs8: issued.pkcs8!, certificate: issued.certificate, chain: issued.chain };
    const file = join(dir, `${name}.p12`);
    await writeFile(file, await writePkcs12(keyFile, 'a long password', name));
    return { file, passwordFile };
  };
  const logKeyFile = join(dir, 'log.secret');
  await writeFile(logKeyFile, Buffer.alloc(32, 7));
  return {
    logOrigin: 'centre.example/log',
    logKeyFile,
    receipt: await make('receipt'),
    platform: await make('platform'),
    timestamp: await make('timestamp', [OID.timeStamping]),
  };
}

describe('the key store', () => {
  it('makes keys at the first start, for the owner alone, and finds the same ones at the next', async () => {
    const first = await open();
    const second = await open({}, { publicUrl: 'http://localhost:4000' });
    expect(second.log).toEqual(first.log);
    expect(first.log.name).toBe('localhost:3000/log');
    expect(second.uploadKey).toEqual(first.uploadKey);
    expect(second.signers.receipt.certificate.fingerprint).toBe(
      first.signers.receipt.certificate.fingerprint,
    );
    expect((await stat(join(dir, 'keys'))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(join(dir, 'keys')))
      expect({ name, mode: (await stat(join(dir, 'keys', name))).mode & 0o777 }).toEqual({
        name,
        mode: 0o600,
      });
    expect((await readdir(join(dir, 'keys'))).filter((name) => name.endsWith('.draft'))).toEqual([]);
  });

  it('gives all of several processes that start at once the same keys', async () => {
    const child = `
      import { openKeyStore } from './libs/transparency/src/infrastructure/key-store.ts';
      const keysDir = ${JSON.stringify(join(dir, 'keys'))};
      const base = { role: 'all', dataDir: '', keysDir, publicUrl: 'http://localhost:3000', demo: true, production: false };
      const store = await openKeyStore(base, ${JSON.stringify(PLAIN_LOG)}, { now: () => Date.now() });
      const { log, uploadKey, signers } = store;
      console.log(JSON.stringify([log.secret, uploadKey, Object.values(signers).map((s) => s.certificate.fingerprint)]));`;
    const run = () =>
      new Promise<string>((resolve) => {
        const node = spawn(
          process.execPath,
          [
            '--conditions=source',
            '--import',
            './test/support/typescript.mjs',
            '--input-type=module',
            '-e',
            child,
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let text = '';
        node.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        node.on('close', () => resolve(text));
      });
    const [first, ...others] = await Promise.all([run(), run(), run()]);
    expect(first).toContain('[');
    expect(others).toEqual([first, first]);
  });

  it('refuses files that others may read, damaged ones, and another log key than the log was begun with', async () => {
    await open();
    const keys = join(dir, 'keys');
    await chmod(join(keys, 'upload.key'), 0o644);
    await writeFile(join(keys, 'receipt.json'), '{"pkcs8":"SECRET-IN-HERE"');
    await rm(join(keys, 'log.key'));
    const faults = await faultsOf(open());
    expect(faults).toHaveLength(3);
    expect(faults.join()).toMatch(
      /begun with another key.*upload.key: others may read it.*receipt.json: it is damaged/s,
    );
    expect(faults.join()).not.toContain('SECRET-IN-HERE');
  });

  it('makes nothing up in production: every missing key is named, together', async () => {
    const faults = await faultsOf(open({}, { production: true, demo: false }));
    for (const name of [
      'LOG_ORIGIN',
      'LOG_KEY_FILE',
      'RECEIPT_P12_FILE',
      'PLATFORM_P12_FILE',
      'TIMESTAMP_P12_FILE',
    ])
      expect(faults.filter((fault) => fault.includes(name))).toHaveLength(1);
  });

  it("runs in production on the operator's own keys, without a development authority", async () => {
    const files = await operatorFiles();
    const store = await open(files, { production: true, demo: false });
    expect(store.developmentCa).toBeNull();
    expect(store.log.name).toBe('centre.example/log');
    expect(store.signers.timestamp.chain).toHaveLength(1);
    expect(await readdir(join(dir, 'keys'))).not.toContain('development-ca.json');
  });

  it('names what is wrong with configured files, never what they hold', async () => {
    const files = await operatorFiles();
    await writeFile(files.logKeyFile, Buffer.alloc(31, 7));
    await writeFile(join(dir, 'other'), 'wrong password');
    const wrong = {
      ...files,
      receipt: { ...files.receipt, passwordFile: join(dir, 'other') },
      platform: { ...files.platform, file: join(dir, 'absent.p12') },
      timestamp: files.platform,
    };
    const faults = await faultsOf(open(wrong, { production: true, demo: false }));
    expect(faults.join('\n')).toMatch(/32 bytes[^]*P12.WRONG_PASSWORD[^]*ENOENT[^]*RFC 3161/);
    expect(faults.join()).not.toMatch(/wrong password|a long password/);
    expect(await faultsOf(open({ ...files, logOrigin: 'other.example/log', logKeyFile: null }))).toEqual([]);
  });
});

describe('the evaluation rooms', () => {
  const lots = ['8c0f8a56-6f5a-4c1e-9df0-0a3f9b1b2c3d', '11111111-6f5a-4c1e-9df0-0a3f9b1b2c3d'] as const;

  it('have one key per lot, that opens what was sealed to it until it is destroyed', async () => {
    const { folder } = await open();
    const [rooms, others] = [new RoomKeys(folder), new RoomKeys(folder)];
    const [one, two] = lots;
    const [point, same] = await Promise.all([rooms.point(one, 'P256'), others.point(one, 'P256')]);
    expect(same).toBe(point);
    expect(await rooms.point(two, 'P256')).not.toBe(point);
    const box = await eciesSeal(decodePoint(point), 'test', Buffer.from('shares'), systemRandom);
    expect(Buffer.from(await others.open(one, 'test', box)).toString()).toBe('shares');
    await expect(rooms.open(two, 'test', box)).rejects.toThrow(TrustError);
    await expect(rooms.open(one, 'other', box)).rejects.toThrow(TrustError);
    await rooms.destroy(one);
    await expect(others.open(one, 'test', box)).rejects.toThrow(TrustError);
    expect(await rooms.point(one, 'P256')).toBe(point);
    const stored = await readFile(join(dir, 'keys', 'rooms', `${one}.json`), 'utf8');
    expect(JSON.parse(stored)).toEqual({ point, secret: null });
    await expect(rooms.point('../../etc', 'P256')).rejects.toThrow(RangeError);
  });

  it('keep the key of the suite that was published when the lot is asked for in another', async () => {
    const { folder } = await open();
    const rooms = new RoomKeys(folder);
    const lot = '22222222-6f5a-4c1e-9df0-0a3f9b1b2c3d';
    const sm = await rooms.point(lot, 'SM');
    const p256 = await rooms.point(lot, 'P256');
    expect([await rooms.point(lot, 'SM'), await rooms.point(lot, 'P256')]).toEqual([sm, p256]);
    const boxes = await Promise.all(
      [suiteOf('SM').group.decodePoint(sm), decodePoint(p256)].map((point) =>
        eciesSeal(point, 'test', Buffer.from('shares'), systemRandom),
      ),
    );
    for (const box of boxes)
      expect(Buffer.from(await rooms.open(lot, 'test', box)).toString()).toBe('shares');
    await rooms.destroy(lot);
    for (const box of boxes) await expect(rooms.open(lot, 'test', box)).rejects.toThrow(TrustError);
  });
});
