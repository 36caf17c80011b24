import type { Signer } from '#trust';

export type KeyFaultName =
  | 'malformed'
  | 'wrongPassword'
  | 'noKey'
  | 'noCertificate'
  | 'otherKey'
  | 'noHolder'
  | 'otherOrigin'
  | 'tooLarge';

/** A key file that cannot be used here, in the page's own words (`session.fault`). */
export class KeyFault extends Error {
  constructor(
    readonly fault: KeyFaultName,
    /** Of `otherOrigin`: what the platform calls itself, and what the browser shows. */
    readonly facts = { asked: '', origin: '' },
  ) {
    super(fault);
    this.name = 'KeyFault';
  }
}

const FAULTS = {
  'P12.MALFORMED': 'malformed',
  'P12.WRONG_PASSWORD': 'wrongPassword',
  'P12.NO_KEY': 'noKey',
  'P12.NO_CERTIFICATE': 'noCertificate',
  'SIGNER.KEY_MALFORMED': 'malformed',
  'SIGNER.KEY_MISMATCH': 'noCertificate',
} as const satisfies Record<string, KeyFaultName>;

const MAX_BYTES = 1024 * 1024;

/**
 * Opens a PKCS#12 file in this page: neither it nor its password is sent anywhere, and the key becomes one of WebCrypto
 * that can sign and cannot be read. @throws KeyFault
 */
export async function openKeyFile(file: Uint8Array, password: string): Promise<Signer> {
  if (file.length > MAX_BYTES) throw new KeyFault('tooLarge');
  const { loadSigner } = await import('#trust/key-file');
  const loaded = await loadSigner(file, password);
  if (!loaded.ok) throw new KeyFault(FAULTS[loaded.error.code]);
  return loaded.value;
}

/** At most one byte more than a key file may have is read. */
export const bytesOf = async (file: Blob): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, MAX_BYTES + 1).arrayBuffer());
