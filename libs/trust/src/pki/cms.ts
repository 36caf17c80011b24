import { ok, refuse, type Refusal, type Result } from '#kernel';
import { sameBytes, toHex } from './bytes.ts';
import { parseCertificate, type Certificate } from './certificate.ts';
import { isSelfIssued } from './certificate-profile.ts';
import {
  assertDer,
  context,
  DerError,
  expectTag,
  members,
  readDer,
  readOctets,
  readOid,
  readSmallInteger,
  TAG,
  type Der,
} from './der.ts';
import { element, integer, octetString, oid, sequence, setOf, tagged } from './der-writer.ts';
import { assertSetOrder, sameName, readName } from './distinguished-name.ts';
import { digestAlgorithmOf, digestOf, signatureAlgorithmOf, signEncoded } from './algorithm-writer.ts';
import { readAttributes, signedAttributes, onlyValue, namesCertificate } from './cms-attributes.ts';
import { OID } from './oids.ts';
import {
  isDigest,
  readSignatureAlgorithm,
  verifyEncodedSignature,
  type SignatureAlgorithm,
} from './signature.ts';
import { isSignedBy } from './signature-memo.ts';
import type { Signer } from './signer.ts';

export type CmsCode =
  | 'CMS.MALFORMED'
  | 'CMS.UNSUPPORTED'
  | 'CMS.SIGNER_UNKNOWN'
  | 'CMS.ATTRIBUTES'
  | 'CMS.DIGEST'
  | 'CMS.BAD_SIGNATURE';

/** Who signed, and the issuers that came along, nearest first. Nothing here is trusted yet: see validateChain. */
export interface CmsSignature {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
}

/** Manifests and tokens only; bulk content never travels in CMS. */
const MAX_BYTES = 1024 * 1024;
const MAX_CERTIFICATES = 10;

class CmsError extends Error {
  constructor(
    readonly code: CmsCode,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/**
 * A detached CMS SignedData (RFC 5652) over SHA-256 (of an SM2 signer SM3) of `content`, one signer, with the signed
 * attributes contentType, messageDigest and signingCertificateV2 (RFC 5035), DER. Carries the signer's certificate and its
 * issuers without the root. No signing time: time comes from a timestamp.
 */
export const signCms = (content: Uint8Array, signer: Signer): Promise<Uint8Array> =>
  writeSignedData(content, signer, { type: OID.data, embed: false, certificates: true });

export interface SignedDataForm {
  readonly type: string;
  readonly embed: boolean;
  readonly certificates: boolean;
}

export async function writeSignedData(
  content: Uint8Array,
  signer: Signer,
  { type, embed, certificates }: SignedDataForm,
): Promise<Uint8Array> {
  const { certificate } = signer;
  const attributes = signedAttributes(type, digestOf(certificate.publicKey, content), certificate);
  const signature = await signEncoded(signer, setOf(...attributes));
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuer.der, element(TAG.INTEGER, serialBytes(certificate))),
    digestAlgorithmOf(certificate.publicKey),
    retag(setOf(...attributes), context(0, true)),
    signatureAlgorithmOf(certificate.publicKey),
    octetString(signature),
  );
  const carried = [certificate, ...signer.chain.filter((each) => !isSelfIssued(each))].map(({ der }) => der);
  const signedData = sequence(
    // Version 3 when the content is not id-data (RFC 5652 section 5.1).
    integer(type === OID.data ? 1 : 3),
    setOf(digestAlgorithmOf(certificate.publicKey)),
    sequence(oid(type), ...(embed ? [tagged(0, octetString(content))] : [])),
    ...(certificates ? [retag(setOf(...carried), context(0, true))] : []),
    setOf(signerInfo),
  );
  return sequence(oid(OID.signedData), tagged(0, signedData));
}

const serialBytes = ({ serial }: Certificate): Uint8Array =>
  Uint8Array.from(serial.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function retag(encoded: Uint8Array, tag: number): Uint8Array {
  const copy = encoded.slice();
  copy[0] = tag;
  return copy;
}

/**
 * Checks a detached signature over `content`: strict DER, one signer, its hash, the three signed attributes right,
 * nothing unsigned, and the certificates exactly one chain. Says who signed; whether to believe them is
 * validateChain's answer. Both inputs may come from anyone.
 */
export function verifyCms(cms: Uint8Array, content: Uint8Array): Result<CmsSignature, Refusal<CmsCode>> {
  return guarded(() => {
    const parsed = readSignedData(cms, OID.data, []);
    if (parsed.content !== null) throw new CmsError('CMS.UNSUPPORTED', 'content is inside');
    return verifyParsed(parsed, content);
  });
}

/** The same for a signature that carries its content (timestamp tokens). `known` helps where no certificate came along. */
export function verifyEmbedded(
  cms: Uint8Array,
  type: string,
  known: readonly Certificate[] = [],
): Result<CmsSignature & { readonly content: Uint8Array }, Refusal<CmsCode>> {
  return guarded(() => {
    const parsed = readSignedData(cms, type, known);
    const { content } = parsed;
    if (content === null) throw new CmsError('CMS.UNSUPPORTED', 'content is missing');
    return { ...verifyParsed(parsed, content), content };
  });
}

function guarded<T>(work: () => T): Result<T, Refusal<CmsCode>> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof CmsError) return refuse(error.code, { reason: error.reason });
    if (error instanceof DerError) return refuse('CMS.MALFORMED', { reason: error.message });
    throw error;
  }
}

interface ParsedSignedData {
  readonly type: string;
  readonly content: Uint8Array | null;
  readonly signer: Certificate;
  readonly chain: readonly Certificate[];
  readonly attributes: Der;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

function readSignedData(cms: Uint8Array, type: string, known: readonly Certificate[]): ParsedSignedData {
  if (cms.length > MAX_BYTES) throw new DerError('too long');
  const whole = readDer(cms.slice(), TAG.SEQUENCE);
  assertDer(whole);
  const outer = members(whole);
  if (readOid(outer.next()) !== OID.signedData) throw new CmsError('CMS.UNSUPPORTED', 'not SignedData');
  const data = members(readDer(outer.next(context(0, true)).content, TAG.SEQUENCE));
  outer.end();
  const version = readSmallInteger(data.next());
  if (version !== (type === OID.data ? 1 : 3)) throw new CmsError('CMS.UNSUPPORTED', 'version');
  const digests = members(data.next(TAG.SET)).rest();
  const [digest] = digests;
  if (!digest || digests.length !== 1) throw new CmsError('CMS.UNSUPPORTED', 'digest algorithm');
  const content = readEncapsulated(data.next(TAG.SEQUENCE), type);
  const certificates = readCertificates(data.optional(context(0, true)));
  const signers = members(data.next(TAG.SET)).rest();
  data.end();
  const [only] = signers;
  if (!only || signers.length !== 1) throw new CmsError('CMS.UNSUPPORTED', 'not exactly one signer');
  return { type, content, ...readSignerInfo(only, digest, certificates, known) };
}

function readEncapsulated(encapsulated: Der, type: string): Uint8Array | null {
  const reader = members(encapsulated);
  if (readOid(reader.next()) !== type) throw new CmsError('CMS.UNSUPPORTED', 'content type');
  const content = reader.optional(context(0, true));
  reader.end();
  return content && readOctets(readDer(content.content));
}

function readCertificates(element: Der | null): Certificate[] {
  const parts = element ? members(element).rest() : [];
  assertSetOrder(parts);
  if (parts.length > MAX_CERTIFICATES) throw new CmsError('CMS.UNSUPPORTED', 'too many certificates');
  return parts.map(({ bytes }) => {
    const parsed = parseCertificate(bytes);
    if (!parsed.ok) throw new CmsError('CMS.SIGNER_UNKNOWN', parsed.error.code);
    return parsed.value;
  });
}

function readSignerInfo(
  info: Der,
  digest: Der,
  carried: readonly Certificate[],
  known: readonly Certificate[],
) {
  const reader = members(expectTag(info, TAG.SEQUENCE));
  if (readSmallInteger(reader.next()) !== 1) throw new CmsError('CMS.UNSUPPORTED', 'signer version');
  const identifier = reader.sequence();
  const issuer = readName(identifier.next());
  const serial = toHex(identifier.next(TAG.INTEGER).content);
  identifier.end();
  const signerDigest = reader.next();
  const attributes = reader.next(context(0, true));
  const algorithm = readSignerAlgorithm(reader.next(TAG.SEQUENCE));
  const signature = readOctets(reader.next());
  // Unsigned attributes ([1]) could be changed by anyone, so none are accepted.
  reader.end();
  // The identifier is not signed: it is taken byte for byte, not as names match elsewhere (RFC 5280, 7.1), so that
  // nobody can make a second form of a signature by changing the case of a letter.
  const isSigner = (each: Certificate) => each.serial === serial && sameBytes(each.issuer.der, issuer.der);
  const signer = carried.find(isSigner) ?? known.find(isSigner);
  if (!signer) throw new CmsError('CMS.SIGNER_UNKNOWN', 'no certificate of the signer');
  // One hash, the key's own, named outside and inside.
  const hash = signer.publicKey.type === 'sm2' ? OID.sm3 : OID.sha256;
  if (![digest, signerDigest].every((each) => isDigest(each, hash))) {
    throw new CmsError('CMS.UNSUPPORTED', 'digest algorithm');
  }
  const chain = orderChain(
    signer,
    carried.filter((each) => each !== signer),
  );
  return { signer, chain, attributes, algorithm, signature };
}

/** What came along must be one chain above the signer, each certificate signed by the next: no free rider. */
function orderChain(signer: Certificate, others: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  let left = [...others];
  for (let last = signer; left.length > 0;) {
    const current = last;
    const next = left.find((each) => sameName(each.subject, current.issuer) && isSignedBy(current, each));
    if (!next) throw new CmsError('CMS.SIGNER_UNKNOWN', 'certificates are not one chain');
    chain.push(next);
    left = left.filter((each) => each !== next);
    last = next;
  }
  return chain;
}

/** SignerInfo may name the bare key algorithm for RSA PKCS#1 v1.5 (RFC 3370 section 3.2), as openssl does. */
function readSignerAlgorithm(algorithm: Der): SignatureAlgorithm {
  const reader = members(algorithm);
  if (readOid(reader.next()) === OID.rsaEncryption) {
    reader.next(TAG.NULL);
    reader.end();
    return 'rsa-pkcs1';
  }
  const known = readSignatureAlgorithm(algorithm);
  if (!known) throw new CmsError('CMS.UNSUPPORTED', 'signature algorithm');
  return known;
}

function verifyParsed(parsed: ParsedSignedData, content: Uint8Array): CmsSignature {
  const { signer, attributes } = parsed;
  assertSetOrder(members(attributes).rest());
  const values = readAttributes(attributes);
  const type = onlyValue(values, OID.contentType);
  const digest = onlyValue(values, OID.messageDigest);
  const named = onlyValue(values, OID.signingCertificateV2);
  if (!type || !digest || !named) throw new CmsError('CMS.ATTRIBUTES', 'a signed attribute is missing');
  if (readOid(type) !== parsed.type) throw new CmsError('CMS.ATTRIBUTES', 'contentType differs');
  if (!namesCertificate(named, signer)) throw new CmsError('CMS.ATTRIBUTES', 'signingCertificateV2 differs');
  if (!sameBytes(readOctets(digest), digestOf(signer.publicKey, content)))
    throw new CmsError('CMS.DIGEST', 'content differs');
  // The signature covers the attributes as a SET OF, not as the [0] that stands in the message.
  const signed = retag(attributes.bytes, TAG.SET);
  if (!verifyEncodedSignature(signer.publicKey, parsed.algorithm, signed, parsed.signature)) {
    throw new CmsError('CMS.BAD_SIGNATURE', 'signature');
  }
  return { certificate: signer, chain: parsed.chain };
}
