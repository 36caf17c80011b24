import { b64u, parseWitnessKey } from '#trust';
import type { WitnessTerms } from '#trust';

/** A PKCS#12 file with a key, its certificate and its issuers up to the root, and the file that holds its password. */
export interface P12Setting {
  readonly file: string;
  readonly passwordFile: string;
}

/** A witness of the log, which another body runs (apps/witness). */
export interface WitnessSetting {
  /** Its verifier key (C2SP tlog-cosignature). */
  readonly vkey: string;
  /** The prefix before `/add-checkpoint`, without a slash at its end. */
  readonly url: string;
}

/** What the operator decides about log and keys; provided by apps/platform. */
export abstract class TransparencySettings {
  /** The log's clock: milliseconds from one tick to the next. */
  abstract readonly logTickMs: number;
  /** Leaves that each tick appends, records and dummies together. */
  abstract readonly logBatch: number;
  /** How long one seed of dummies is used: a day, milliseconds. */
  abstract readonly logDayMs: number;
  /** The log's name for all time; null: from the public address, at the first start. */
  abstract readonly logOrigin: string | null;
  /** A file of exactly 32 secret bytes; null: made at the first start (never in production). */
  abstract readonly logKeyFile: string | null;
  /** Null: certificates of the embedded development authority (never in production). */
  abstract readonly receipt: P12Setting | null;
  abstract readonly platform: P12Setting | null;
  abstract readonly timestamp: P12Setting | null;
  /** Who is asked to cosign every checkpoint. */
  abstract readonly witnesses: readonly WitnessSetting[];
  /** How many of them every new tender declares that it needs. */
  abstract readonly quorum: number;
  /** SM2 certificates; null: as above, and in production no lots of suite SM. */
  abstract readonly smReceipt: P12Setting | null;
  abstract readonly smPlatform: P12Setting | null;
}

/** What the settings come to in a LOTKEY. */
export const witnessTermsOf = ({
  witnesses,
  quorum,
}: Pick<TransparencySettings, 'witnesses' | 'quorum'>): WitnessTerms => ({
  q: quorum,
  witnesses: witnesses.map(({ vkey }) => {
    const { name, publicKey } = parseWitnessKey(vkey);
    return { name, key: b64u.encode(publicKey) };
  }),
});
