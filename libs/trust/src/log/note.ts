/** Signed notes with Ed25519 keys: C2SP signed-note (c2sp.org/signed-note), signature type 0x01. */
import { b64, concat, equalBytes, hex, utf8 } from '../encoding/bytes.ts';
import { edPublicKey, edSign, edVerify } from '../encoding/ed25519.ts';
import { sha256 } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';

/** What a key signs, C2SP signed-note's signature types: the note itself, or (tlog-cosignature) that it was consistent. */
export const NOTE_KEY = 1;
export const COSIGNATURE_KEY = 4;
export type NoteKeyType = typeof NOTE_KEY | typeof COSIGNATURE_KEY;

const MAX_NOTE_CHARACTERS = 64 * 1024;
/** The specification asks for at least 16; a bound keeps a hostile note cheap. */
const MAX_SIGNATURES = 64;

export interface NoteKey {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface NoteSigner {
  readonly name: string;
  /** 32 bytes, secret. */
  readonly secret: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Not empty, no Unicode space, no plus. */
const isKeyName = (name: string): boolean => /^[^\s\u0085+]+$/u.test(name);

/** No ASCII control character but the newline, and text that UTF-8 can hold. */
const isPlain = (text: string): boolean =>
  utf8.decode(utf8.encode(text)) === text && utf8.encode(text).every((byte) => byte >= 0x20 || byte === 0x0a);

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4] */
export const noteKeyId = ({ name, publicKey }: NoteKey, type: NoteKeyType = NOTE_KEY): Uint8Array =>
  sha256(utf8.encode(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, 4);

/** `<name>+<key id in hex>+<base64(type ‖ public key)>`: how keys are handed to people and pinned (Go's note package). */
export const formatVkey = (key: NoteKey, type: NoteKeyType = NOTE_KEY): string =>
  `${key.name}+${hex.encode(noteKeyId(key, type))}+${b64.encode(concat(Uint8Array.of(type), key.publicKey))}`;

/** @throws TrustError NOTE.KEY unless it is exactly {@link formatVkey}'s form with the right id */
export function parseVkey(vkey: string, type: NoteKeyType = NOTE_KEY): NoteKey {
  // Base64 may hold a plus, the name and the id may not.
  const [name, , ...encoded] = vkey.split('+') as [string, ...string[]];
  const bytes = b64.decode(encoded.join('+'));
  const key = { name, publicKey: bytes.slice(1) };
  if (!isKeyName(name) || bytes.length !== 33 || formatVkey(key, type) !== vkey)
    throw new TrustError('NOTE.KEY');
  return key;
}

/**
 * The note: text, blank line, one line per signer.
 * @param text ends with a newline
 * @throws TrustError NOTE.FORM | NOTE.KEY when it would not be a note
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !isPlain(text)) throw new TrustError('NOTE.FORM', { part: 'text' });
  const lines = signers.map(({ name, secret }) => {
    const keyId = noteKeyId({ name, publicKey: edPublicKey(secret) });
    return signatureLine(name, keyId, edSign(secret, utf8.encode(text)));
  });
  return `${text}\n${lines.join('')}`;
}

/** @throws TrustError NOTE.KEY for a name that no key may have */
export function signatureLine(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  if (!isKeyName(name)) throw new TrustError('NOTE.KEY');
  return `— ${name} ${b64.encode(concat(keyId, signature))}\n`;
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = b64.decode(encoded);
  if (dash !== '—' || !isKeyName(name) || more.length > 0 || bytes.length < 5) {
    throw new TrustError('NOTE.FORM', { part: 'signature' });
  }
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Splits a note at its last blank line; nothing is verified yet. @throws TrustError NOTE.FORM | ENCODING.BASE64URL */
export function parseNote(note: string): Note {
  const refuse = (part: string): never => {
    throw new TrustError('NOTE.FORM', { part });
  };
  if (note.length > MAX_NOTE_CHARACTERS) refuse('length');
  if (!isPlain(note)) refuse('characters');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) refuse('lines');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) refuse('signatures');
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

/**
 * The text of a note, and which of the trusted keys signed it (each once). Signatures by other keys are ignored,
 * as the specification asks; a signature that claims a trusted key and does not hold spoils the note.
 * @throws TrustError NOTE.FORM | NOTE.SIGNATURE | NOTE.UNSIGNED
 */
export function verifyNote(note: string, trusted: readonly NoteKey[]): { text: string; signers: NoteKey[] } {
  const { text, signatures } = parseNote(note);
  const message = utf8.encode(text);
  const signers = trusted.filter((key) => {
    const keyId = noteKeyId(key);
    const claims = signatures.filter(({ name, keyId: id }) => name === key.name && equalBytes(id, keyId));
    if (!claims.every(({ signature }) => edVerify(key.publicKey, message, signature))) {
      throw new TrustError('NOTE.SIGNATURE', { name: key.name }, 'platform');
    }
    return claims.length > 0;
  });
  if (signers.length === 0) throw new TrustError('NOTE.UNSIGNED');
  return { text, signers };
}
