/**
 * Cosignatures of witnesses: C2SP tlog-cosignature (c2sp.org/tlog-cosignature), `cosignature/v1`, Ed25519, signature
 * type 0x04. A witness says: at this time, this was the largest tree of this log that I had seen, and it continues
 * every one that I saw before.
 */
import { concat, equalBytes, readUint, uint, utf8 } from '../encoding/bytes.ts';
import { edPublicKey, edSign, edVerify } from '../encoding/ed25519.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { COSIGNATURE_KEY, formatVkey, noteKeyId, parseNote, parseVkey, signatureLine } from './note.ts';
import type { Note, NoteKey, NoteSigner } from './note.ts';

const TIME = 8;
const SIGNATURE = 64;

/** The verifier key of a witness, as it is handed out and pinned: `<name>+<key id>+<base64(0x04 ‖ public key)>`. */
export const formatWitnessKey = (key: NoteKey): string => formatVkey(key, COSIGNATURE_KEY);

/** @throws TrustError NOTE.KEY */
export const parseWitnessKey = (vkey: string): NoteKey => parseVkey(vkey, COSIGNATURE_KEY);

const signedMessage = (text: string, seconds: number): Uint8Array =>
  utf8.encode(`cosignature/v1\ntime ${seconds}\n${text}`);

/**
 * The signature line of a witness for a checkpoint.
 * @param text the checkpoint, without signatures, ends with a newline
 * @param seconds since 1970, whole
 */
export function cosign(text: string, { name, secret }: NoteSigner, seconds: number): string {
  const keyId = noteKeyId({ name, publicKey: edPublicKey(secret) }, COSIGNATURE_KEY);
  const signature = edSign(secret, signedMessage(text, seconds));
  return signatureLine(name, keyId, concat(uint(seconds, TIME), signature));
}

export interface Cosignature {
  readonly witness: NoteKey;
  /** Seconds since 1970, by the witness's clock. */
  readonly seconds: number;
}

/**
 * Which of these witnesses cosigned the note, each once, at the earliest of its times; lines of others are ignored. A
 * line that claims a witness and does not hold spoils the note, as one of the log's own would.
 * @throws TrustError NOTE.FORM | NOTE.SIGNATURE
 */
export function cosignaturesOf(note: string, witnesses: readonly NoteKey[]): Cosignature[] {
  const parsed = parseNote(note);
  return witnesses.flatMap((witness) => {
    const times = claimsOf(parsed, witness).map((claim) => timeOf(parsed.text, witness, claim));
    return times.length === 0 ? [] : [{ witness, seconds: Math.min(...times) }];
  });
}

function claimsOf({ signatures }: Note, witness: NoteKey): Uint8Array[] {
  const wanted = noteKeyId(witness, COSIGNATURE_KEY);
  return signatures
    .filter(({ name, keyId }) => name === witness.name && equalBytes(keyId, wanted))
    .map(({ signature }) => signature);
}

function timeOf(text: string, { name, publicKey }: NoteKey, claim: Uint8Array): number {
  const seconds = Number(readUint(claim.subarray(0, TIME)));
  const holds =
    claim.length === TIME + SIGNATURE &&
    Number.isSafeInteger(seconds) &&
    edVerify(publicKey, signedMessage(text, seconds), claim.subarray(TIME));
  if (!holds) throw new TrustError('NOTE.SIGNATURE', { name }, 'platform');
  return seconds;
}

/** The note with more signature lines, each ending with a newline. @throws TrustError NOTE.FORM */
export function withSignatures(note: string, lines: readonly string[]): string {
  const longer = note + lines.join('');
  parseNote(longer);
  return longer;
}
