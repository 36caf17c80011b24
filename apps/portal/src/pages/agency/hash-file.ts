import { sha256 } from '@noble/hashes/sha2.js';

const PIECE = 1024 * 1024;

/** SHA-256 of a file, base64url, read and hashed in pieces: a page stays awake, and memory small, at any size. */
export async function hashFile(file: Blob): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += PIECE) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    // Lets the page draw between two pieces.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const text = btoa(String.fromCharCode(...hash.digest()));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
