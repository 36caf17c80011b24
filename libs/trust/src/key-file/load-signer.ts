import type { Refusal, Result } from '#kernel';
import type { Signer } from '../pki/signer.ts';
import { softwareSigner, type SignerCode } from '../pki/software-signer.ts';
import { readPkcs12, type Pkcs12Code } from './pkcs12.ts';

/** A signer from a `.p12` file's bytes; the private key stays in WebCrypto, not extractable. */
export async function loadSigner(
  p12: Uint8Array,
  password: string,
): Promise<Result<Signer, Refusal<Pkcs12Code | SignerCode>>> {
  const opened = await readPkcs12(p12, password);
  if (!opened.ok) return opened;
  const { pkcs8, certificate, chain } = opened.value;
  const signer = await softwareSigner(pkcs8, certificate, chain);
  pkcs8.fill(0);
  return signer;
}
