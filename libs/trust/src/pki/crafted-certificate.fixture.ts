import type { Instant } from '#kernel';
import { signatureAlgorithmOf } from './algorithm-writer.ts';
import { fromHex } from './bytes.ts';
import type { DevelopmentCa } from './development-ca.ts';
import {
  bitString,
  booleanTrue,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  tagged,
  taggedPrimitive,
  time,
  unsignedInteger,
} from './der-writer.ts';
import { signEncoded } from './algorithm-writer.ts';
import { randomSerial } from './issue.ts';
import { generateKeyPair, type EncodedKeyPair } from './key-pair.ts';
import { writeName } from './name-writer.ts';
import { OID } from './oids.ts';

/** Test material: certificates that our own issuer would never write, one deviation at a time. */
export interface Craft {
  readonly ca: DevelopmentCa;
  readonly pair?: EncodedKeyPair;
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Replaces the usual extensions. */
  readonly extensions?: readonly Uint8Array[];
  /** Stands after the usual extensions. */
  readonly more?: readonly Uint8Array[];
  /** Replaces the AlgorithmIdentifier outside of the signed part. */
  readonly outerAlgorithm?: Uint8Array;
}

export const extension = (type: string, critical: boolean, value: Uint8Array): Uint8Array =>
  sequence(oid(type), ...(critical ? [booleanTrue()] : []), octetString(value));

export const authorityKey = ({ certificate }: DevelopmentCa): Uint8Array =>
  extension(
    OID.authorityKeyIdentifier,
    false,
    sequence(taggedPrimitive(0, fromHex(certificate.extensions.subjectKeyId ?? ''))),
  );

export const leafUsage = (): Uint8Array => extension(OID.keyUsage, true, namedBits([0]));
export const authorityUsage = (bits: readonly number[] = [5, 6]): Uint8Array =>
  extension(OID.keyUsage, true, namedBits(bits));
export const authorityConstraints = (critical = true): Uint8Array =>
  extension(OID.basicConstraints, critical, sequence(booleanTrue()));
export const subjectKey = (id = 'aabbccdd'): Uint8Array =>
  extension(OID.subjectKeyIdentifier, false, octetString(fromHex(id)));

export async function craft(options: Craft): Promise<Uint8Array> {
  const { ca } = options;
  const pair = options.pair ?? (await generateKeyPair('ecdsa-p256'));
  const algorithm = signatureAlgorithmOf(ca.certificate.publicKey);
  const extensions = options.extensions ?? [authorityKey(ca), leafUsage(), ...(options.more ?? [])];
  const tbs = sequence(
    options.version ?? tagged(0, integer(2)),
    options.serial ?? unsignedInteger(randomSerial()),
    algorithm,
    ca.certificate.subject.der,
    options.validity ?? sequence(time(options.notBefore), time(options.notAfter)),
    options.subject ?? writeName({ organisation: '甲公司', person: '张三' }),
    pair.spki,
    tagged(3, sequence(...extensions)),
  );
  return sequence(tbs, options.outerAlgorithm ?? algorithm, bitString(await signEncoded(ca.signer, tbs)));
}
