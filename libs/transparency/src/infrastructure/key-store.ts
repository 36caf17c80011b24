import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { addMs, DAY, RefusalError, unwrap } from '#kernel';
import type { Clock, Settings } from '#kernel';
import {
  b64u,
  createDevelopmentCa,
  edPublicKey,
  OID,
  openDevelopmentCa,
  parseCertificate,
  softwareSigner,
  TrustError,
} from '#trust';
import type { Certificate, DevelopmentCa, Signer, WitnessTerms } from '#trust';
import { loadSigner } from '#trust/key-file';
import type { LogIdentity } from '../application/sequence-log.ts';
import { witnessTermsOf } from '../application/transparency-settings.ts';
import type { P12Setting, TransparencySettings } from '../application/transparency-settings.ts';
import { KeyFileError, KeyFolder } from './key-folder.ts';

export const SIGNERS = ['receipt', 'platform', 'timestamp'] as const;
export type SignerRole = (typeof SIGNERS)[number];
export const SM_ROLES = ['receipt', 'platform'] as const;
export type SmRole = (typeof SM_ROLES)[number];

/** Development certificates outlive any demo. */
const DEVELOPMENT_DAYS = 3650;
const NAMES: Record<SignerRole, string> = {
  receipt: 'receipts',
  platform: 'platform',
  timestamp: 'time-stamp authority',
};

/** Everything that is wrong with the keys, together: the platform does not start. Names files, never their content. */
export class KeyStoreError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(['The platform keys are not in order:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'KeyStoreError';
  }
}

export interface KeyStore {
  readonly log: LogIdentity;
  readonly signers: Readonly<Record<SignerRole, Signer>>;
  /** What the platform states in lots of suite SM is signed with; null where it has no SM2 keys. */
  readonly smSigners: Readonly<Record<SmRole, Signer>> | null;
  /** HMAC key of upload tokens, 32 bytes. */
  readonly uploadKey: Uint8Array;
  /** What the seeds of dummy leaves follow from, 32 bytes. */
  readonly seedKey: Uint8Array;
  readonly folder: KeyFolder;
  /** The keys of others: whose cosignatures every new tender asks for. */
  readonly witnessing: WitnessTerms;
  /** Null where every certificate was configured. */
  readonly developmentCa: DevelopmentCa | null;
}

/**
 * The platform's keys: configured files, or made on the first start below `settings.keysDir` (development). Any number
 * of processes may do it at once. @throws KeyStoreError with all faults
 */
export async function openKeyStore(
  settings: Settings,
  wanted: TransparencySettings,
  clock: Clock,
): Promise<KeyStore> {
  const faults: string[] = missing(settings, wanted);
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KeyFileError || error instanceof RefusalError || error instanceof TrustError))
        throw error;
      faults.push(error.message);
      return null;
    }
  };
  const folder = await KeyFolder.open(settings.keysDir);
  const log = await attempt(() => openLogKey(folder, settings, wanted));
  const uploadKey = await attempt(() => secretOf(folder, 'upload.key'));
  const seedKey = await attempt(() => secretOf(folder, 'dummies.key'));
  const developing = !settings.production && SIGNERS.some((role) => !wanted[role]);
  const developmentCa = developing ? await attempt(() => openAuthority(folder, clock)) : null;
  const signers: Partial<Record<SignerRole, Signer>> = {};
  for (const role of SIGNERS) {
    const p12 = wanted[role];
    const signer = await attempt(async () => {
      if (p12) return await configured(role, p12);
      return developmentCa ? await developed(folder, role, developmentCa, clock) : null;
    });
    if (signer) signers[role] = signer;
  }
  const smSigners = await openSmSigners(wanted, attempt, (role) =>
    developmentCa ? developed(folder, role, developmentCa, clock, 'sm2') : Promise.resolve(null),
  );
  const { receipt, platform, timestamp } = signers;
  if (faults.length > 0 || !log || !uploadKey || !seedKey || !receipt || !platform || !timestamp)
    throw new KeyStoreError(faults);
  return {
    log,
    uploadKey,
    seedKey,
    folder,
    witnessing: witnessTermsOf(wanted),
    developmentCa,
    signers: { receipt, platform, timestamp },
    smSigners,
  };
}

type Attempt = <T>(work: () => Promise<T>) => Promise<T | null>;

/** Both or none. A platform without them serves suite P256 alone. */
async function openSmSigners(
  { smReceipt, smPlatform }: TransparencySettings,
  attempt: Attempt,
  develop: (role: SmRole) => Promise<Signer | null>,
): Promise<KeyStore['smSigners']> {
  const files = { receipt: smReceipt, platform: smPlatform };
  const open = (role: SmRole) =>
    attempt(async () => {
      const p12 = files[role];
      return p12 ? await configured(role, p12, 'sm2') : await develop(role);
    });
  const [receipt, platform] = [await open('receipt'), await open('platform')];
  return receipt && platform ? { receipt, platform } : null;
}

/** In production nothing is made up: each key is one that the operator chose and keeps a copy of. */
function missing(settings: Settings, wanted: TransparencySettings): string[] {
  if (!settings.production) return [];
  const names = {
    logOrigin: 'LOG_ORIGIN',
    logKeyFile: 'LOG_KEY_FILE',
    receipt: 'RECEIPT_P12_FILE',
    platform: 'PLATFORM_P12_FILE',
    timestamp: 'TIMESTAMP_P12_FILE',
  } as const;
  return Object.entries(names)
    .filter(([key]) => wanted[key as keyof typeof names] === null)
    .map(([, name]) => `${name} is needed in production`);
}

async function openLogKey(
  folder: KeyFolder,
  settings: Settings,
  wanted: TransparencySettings,
): Promise<LogIdentity> {
  const secret =
    wanted.logKeyFile === null
      ? await secretOf(folder, 'log.key')
      : exactly32(wanted.logKeyFile, await readConfigured(wanted.logKeyFile));
  const { host, pathname } = new URL(settings.publicUrl);
  const proposed = wanted.logOrigin ?? `${host}${pathname === '/' ? '' : pathname}/log`;
  const name = (await folder.readOrCreate('log.origin', () => Buffer.from(proposed))).toString('utf8');
  // A log that changes its name is another log: every receipt handed out before would belong to no one.
  if (wanted.logOrigin !== null && wanted.logOrigin !== name)
    throw new KeyFileError('LOG_ORIGIN', `the log was begun as ${name}`);
  const publicKey = edPublicKey(secret);
  const known = await folder.readOrCreate('log.pub', () => Buffer.from(b64u.encode(publicKey)));
  if (known.toString('utf8') !== b64u.encode(publicKey))
    throw new KeyFileError(wanted.logKeyFile ?? 'log.key', 'the log was begun with another key');
  return { name, secret, publicKey };
}

async function secretOf(folder: KeyFolder, name: string): Promise<Uint8Array> {
  return exactly32(name, await folder.readOrCreate(name, () => randomBytes(32)));
}

function exactly32(file: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32) throw new KeyFileError(file, 'exactly 32 bytes are expected');
  return new Uint8Array(bytes);
}

async function readConfigured(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new KeyFileError(file, (error as NodeJS.ErrnoException).code ?? 'cannot be read');
  }
}

async function configured(
  role: SignerRole,
  p12: P12Setting,
  keyType: 'ecdsa-p256' | 'sm2' = 'ecdsa-p256',
): Promise<Signer> {
  const password = (await readConfigured(p12.passwordFile)).toString('utf8').replace(/\r?\n$/, '');
  const loaded = await loadSigner(new Uint8Array(await readConfigured(p12.file)), password);
  if (!loaded.ok) throw new KeyFileError(p12.file, loaded.error.code);
  const { certificate, chain } = loaded.value;
  if (chain.length === 0) throw new KeyFileError(p12.file, 'the issuing certificates are missing');
  const usages = certificate.extensions.extendedKeyUsage;
  if (role === 'timestamp' && !(usages?.length === 1 && usages[0] === OID.timeStamping))
    throw new KeyFileError(p12.file, 'its certificate is not for time-stamping alone (RFC 3161 section 2.3)');
  if (role !== 'timestamp' && certificate.publicKey.type !== keyType)
    throw new KeyFileError(p12.file, `a key of type ${keyType} is expected`);
  return loaded.value;
}

// ---- development -------------------------------------------------------------

/** A key and its certificates in one file, so that no crash leaves one without the other. */
interface StoredKey {
  readonly pkcs8: string;
  readonly certificates: readonly string[];
}

const encodeKey = (pkcs8: Uint8Array, certificates: readonly Certificate[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      pkcs8: b64u.encode(pkcs8),
      certificates: certificates.map(({ der }) => b64u.encode(der)),
    }),
  );

function decodeKey(name: string, bytes: Buffer): { pkcs8: Uint8Array; certificates: Certificate[] } {
  try {
    const stored = JSON.parse(bytes.toString('utf8')) as StoredKey;
    const certificates = stored.certificates.map((der) => unwrap(parseCertificate(b64u.decode(der))));
    return { pkcs8: b64u.decode(stored.pkcs8), certificates };
  } catch {
    // A parser's message may quote what it read.
    throw new KeyFileError(name, 'it is damaged');
  }
}

const validity = (clock: Clock) => ({
  notBefore: addMs(clock.now(), -DAY),
  notAfter: addMs(clock.now(), DEVELOPMENT_DAYS * DAY),
});

async function openAuthority(folder: KeyFolder, clock: Clock): Promise<DevelopmentCa> {
  const name = 'development-ca.json';
  const bytes = await folder.readOrCreate(name, async () => {
    const ca = await createDevelopmentCa({ name: 'Glasshall development root', ...validity(clock) });
    return encodeKey(ca.pkcs8, [ca.certificate]);
  });
  const { pkcs8, certificates } = decodeKey(name, bytes);
  const [certificate] = certificates;
  if (!certificate) throw new KeyFileError(name, 'it is damaged');
  return await openDevelopmentCa(pkcs8, certificate);
}

async function developed(
  folder: KeyFolder,
  role: SignerRole,
  ca: DevelopmentCa,
  clock: Clock,
  keyType: 'ecdsa-p256' | 'sm2' = 'ecdsa-p256',
): Promise<Signer> {
  const name = keyType === 'sm2' ? `${role}-sm.json` : `${role}.json`;
  const bytes = await folder.readOrCreate(name, async () => {
    const { certificate, pkcs8, chain } = await ca.issue({
      subject: { organisation: 'Glasshall', unit: 'development', person: `Glasshall ${NAMES[role]}` },
      ...validity(clock),
      keyType,
      ...(role === 'timestamp' ? { eku: [OID.timeStamping] } : {}),
    });
    return encodeKey(pkcs8 ?? new Uint8Array(), [certificate, ...chain]);
  });
  const { pkcs8, certificates } = decodeKey(name, bytes);
  const [certificate, ...chain] = certificates;
  if (!certificate) throw new KeyFileError(name, 'it is damaged');
  return unwrap(await softwareSigner(pkcs8, certificate, chain));
}
