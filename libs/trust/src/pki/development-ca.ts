import { IntegrityError, unwrap, type Instant } from '#kernel';
import { parseCertificate, type Certificate } from './certificate.ts';
import { encodedForm, signEncoded } from './algorithm-writer.ts';
import { fromHex } from './bytes.ts';
import { isAuthority } from './certificate-profile.ts';
import { parseCrl, type CertificateRevocationList } from './crl.ts';
import { nameText } from './distinguished-name.ts';
import { generateKeyPair, type KeyType } from './key-pair.ts';
import { keyIdentifier, writeCertificate, writeCrl, type CrlFields } from './issue.ts';
import { writeName, type SubjectFields } from './name-writer.ts';
import { parsePublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';
import { importSigningKey, softwareSigner } from './software-signer.ts';

/** Stands in the subject of every authority made here, and so in the issuer of every certificate under it. */
export const DEVELOPMENT_MARK = 'Glasshall development CA - not for production';

export interface AuthorityRequest {
  readonly name: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Default `ecdsa-p256`. */
  readonly keyType?: KeyType;
}

export interface IssueRequest {
  readonly subject: SubjectFields;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** A SubjectPublicKeyInfo that the subject made itself. Absent: a key is generated and returned as PKCS#8. */
  readonly publicKey?: Uint8Array;
  readonly keyType?: KeyType;
  /** Object identifiers; absent for none. */
  readonly eku?: readonly string[];
}

export interface Issued {
  readonly certificate: Certificate;
  /** Null where the subject brought its own public key. */
  readonly pkcs8: Uint8Array | null;
  /** Issuers, nearest first, root last. */
  readonly chain: readonly Certificate[];
}

/**
 * A certificate authority for demos, tests and a first installation: its key lies in memory or in a file, so it
 * never belongs into the roots of a production installation. Every product is read back by the strict parser.
 */
export class DevelopmentCa {
  /** `pkcs8` is the authority's private key, for who wants to keep the authority over a restart. */
  constructor(
    readonly signer: Signer,
    readonly pkcs8: Uint8Array,
  ) {
    if (!isAuthority(signer.certificate)) throw new IntegrityError('the certificate is not an authority');
  }

  get certificate(): Certificate {
    return this.signer.certificate;
  }

  /** Nearest first, root last: what stands above a certificate issued here. */
  get chain(): readonly Certificate[] {
    return [this.signer.certificate, ...this.signer.chain];
  }

  async issue(request: IssueRequest): Promise<Issued> {
    const pair = request.publicKey ? null : await generateKeyPair(request.keyType ?? 'ecdsa-p256');
    const spki = request.publicKey ?? pair?.spki ?? new Uint8Array();
    const { eku } = request;
    const certificate = await this.certify(spki, writeName(request.subject), request, eku ? { eku } : {});
    return { certificate, pkcs8: pair?.pkcs8 ?? null, chain: this.chain };
  }

  /** Issues with a fresh key and returns it as a ready signer. */
  async issueSigner(request: Omit<IssueRequest, 'publicKey'>): Promise<Signer> {
    const { certificate, pkcs8, chain } = await this.issue(request);
    return unwrap(await softwareSigner(pkcs8 ?? new Uint8Array(), certificate, chain));
  }

  /** A further authority under this one. */
  async issueAuthority(request: AuthorityRequest, pathLength: number | null = 0): Promise<DevelopmentCa> {
    const pair = await generateKeyPair(request.keyType ?? 'ecdsa-p256');
    const certificate = await this.certify(pair.spki, authorityName(request.name), request, {
      authority: { pathLength },
    });
    return openDevelopmentCa(pair.pkcs8, certificate, this.chain);
  }

  /** A complete CRL with everything revoked so far; keeping the list and the number is the caller's part. */
  async issueCrl(fields: CrlFields): Promise<CertificateRevocationList> {
    return unwrap(parseCrl(await writeCrl(fields, this.signer)));
  }

  private async certify(
    spki: Uint8Array,
    subject: Uint8Array,
    { notBefore, notAfter }: { notBefore: Instant; notAfter: Instant },
    more: { authority?: { pathLength: number | null }; eku?: readonly string[] },
  ): Promise<Certificate> {
    const { certificate } = this.signer;
    const fields = {
      subject,
      issuer: certificate.subject.der,
      publicKey: parsePublicKey(spki),
      authorityKeyId: fromHex(certificate.extensions.subjectKeyId ?? ''),
      notBefore,
      notAfter,
      ...more,
    };
    const sign = (tbs: Uint8Array) => signEncoded(this.signer, tbs);
    return unwrap(parseCertificate(await writeCertificate(fields, certificate.publicKey, sign)));
  }
}

/** True for every authority that {@link createDevelopmentCa} made, whatever it is called. */
export const isDevelopmentAuthority = ({ subject }: Certificate): boolean =>
  nameText(subject).includes(DEVELOPMENT_MARK);

const authorityName = (name: string): Uint8Array =>
  writeName({ organisation: 'Glasshall', unit: DEVELOPMENT_MARK, person: name });

/** A new self-signed development root. */
export async function createDevelopmentCa(request: AuthorityRequest): Promise<DevelopmentCa> {
  const type = request.keyType ?? 'ecdsa-p256';
  const pair = await generateKeyPair(type);
  const publicKey = parsePublicKey(pair.spki);
  const sign = await importSigningKey(pair.pkcs8, type);
  if (!sign) throw new IntegrityError('a fresh key does not import');
  const subject = authorityName(request.name);
  const der = await writeCertificate(
    {
      subject,
      issuer: subject,
      publicKey,
      authorityKeyId: keyIdentifier(publicKey),
      notBefore: request.notBefore,
      notAfter: request.notAfter,
      authority: { pathLength: null },
    },
    publicKey,
    async (tbs) => encodedForm(publicKey, await sign(tbs)),
  );
  return openDevelopmentCa(pair.pkcs8, unwrap(parseCertificate(der)));
}

/** The same authority again, from its kept key and certificate. Throws RefusalError when they do not belong together. */
export async function openDevelopmentCa(
  pkcs8: Uint8Array,
  certificate: Certificate,
  chain: readonly Certificate[] = [],
): Promise<DevelopmentCa> {
  return new DevelopmentCa(unwrap(await softwareSigner(pkcs8, certificate, chain)), pkcs8);
}
