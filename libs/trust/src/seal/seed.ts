/**
 * The package's seed: 32 random bytes from which every secret of one sealed package derives, shown to the bidder
 * as a 24-word recovery code (BIP-39, English). One seed seals once: the derivation is salted with `bidNonce`.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { TrustError, utf8 } from '../encoding/index.ts';
import type { Audience, SuiteId } from '../records/index.ts';
import { suiteOf } from '../suite/index.ts';

const SEED_BYTES = 32;

export function recoveryWords(seed: Uint8Array): string {
  if (seed.length !== SEED_BYTES) throw new TrustError('SEAL.KEY_SIZE');
  return entropyToMnemonic(seed, wordlist);
}

/** Reads 24 words in any spacing and case; a mistyped word fails the checksum. The words are never in the error. */
export function seedFromWords(words: string): Uint8Array {
  const normal = words.normalize('NFKD').trim().toLowerCase().split(/\s+/);
  if (normal.length !== 24) throw new TrustError('SEAL.RECOVERY_CODE', { words: normal.length });
  try {
    return mnemonicToEntropy(normal.join(' '), wordlist);
  } catch {
    throw new TrustError('SEAL.RECOVERY_CODE', { words: normal.length });
  }
}

export interface BidKeys {
  /** 32 bytes from which the dealing's secret and coefficients derive. */
  dealingSeed(stage: number, audience: Audience): Uint8Array;
  /** Ed25519 secret of `wk`, which replaces or withdraws this package. */
  readonly wkSecret: Uint8Array;
}

export function deriveBidKeys(seed: Uint8Array, bidNonce: Uint8Array, suite: SuiteId = 'P256'): BidKeys {
  if (seed.length !== SEED_BYTES || bidNonce.length !== 32) throw new TrustError('SEAL.KEY_SIZE');
  const hkdf = suiteOf(suite);
  const prk = hkdf.extract(bidNonce, seed);
  return {
    dealingSeed: (stage, audience) =>
      hkdf.expand(prk, utf8.encode(`glasshall/1/dealing/${String(stage)}/${audience}`), 32),
    wkSecret: hkdf.expand(prk, utf8.encode('glasshall/1/wk'), 32),
  };
}
