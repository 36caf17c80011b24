/**
 * What sealing and opening ask of the machine that they run on. Each port has two implementations: Node's (../node) with
 * threads and files, and the browser's, with WebCrypto here and the private file system in the portal.
 */

import type { SuiteId } from '../records/index.ts';

/** An original that is being read; its size does not change while it is. */
export interface OpenedOriginal {
  readonly size: number;
  /** Fills `into` from the front with what lies at `at`, as far as there is something; 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>;
  close(): Promise<void>;
}

/** @throws TrustError SEAL.NOT_A_FILE, SEAL.ORIGINAL_MISSING */
export interface Original {
  open(): Promise<OpenedOriginal>;
}

/** One file of an envelope: its name inside, and where its bytes are. */
export interface FileToSeal {
  readonly path: string;
  readonly from: Original | { readonly bytes: Uint8Array };
}

/** The new file that takes a ciphertext. */
export interface SealedTarget {
  /** Appends; `bytes` may be reused when the promise settles. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything written is durable when it returns. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface SealedReader {
  /** Fills `into` from the front, as far as there is something; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A stored ciphertext; each `open` reads from its start. */
export interface SealedBytes {
  open(): Promise<SealedReader>;
}

/** Hashes one ciphertext after another into 1 MiB leaves. */
export interface LeafSink {
  /** `bytes` may be reused when the promise settles. */
  update(bytes: Uint8Array): Promise<void>;
  /** Leaf hashes of everything since the last `finish`. */
  finish(): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

/** The hash that a manifest lists for one file. */
export interface ContentHash {
  /** `bytes` may be reused when the promise settles. */
  update(bytes: Uint8Array): Promise<void> | void;
  finish(): Promise<FileHash> | FileHash;
}

/** Base64url. Up to 1 MiB the SHA-256; above it the RFC 6962 root over leaves of 1 MiB, which any browser can stream. */
export type FileHash = { readonly sha256: string } | { readonly root: string };

/** For a file of `size` bytes. */
export type NewContentHash = (size: number) => ContentHash;

export interface SegmentJob {
  readonly mode: 'seal' | 'open';
  /** Of the lot: AES-256-GCM or SM4-GCM. */
  readonly suite: SuiteId;
  /** The message's key and base nonce (cobblestoneKeys). */
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
}

/** Two buffers that belong to one segment; whoever holds the segment may touch them. */
export interface SegmentBuffers {
  readonly input: ArrayBufferLike;
  readonly output: ArrayBufferLike;
}

export interface SegmentResult {
  readonly buffers: SegmentBuffers;
  readonly written: number;
}

/** Seals or opens the segments of one message at a time, in order. */
export interface SegmentEngine {
  newBuffers(): SegmentBuffers;
  start(job: SegmentJob): void;
  /** `buffers` belong to the engine until the promise settles. */
  run(buffers: SegmentBuffers, length: number, last: boolean): Promise<SegmentResult>;
  close(): Promise<void>;
}

/** What sealing needs: a cipher, the hashes, and somebody who is told how far it is. */
export interface SealingTools {
  readonly engine: SegmentEngine;
  readonly leaves: LeafSink;
  readonly contentHash: NewContentHash;
  /** Told the bytes of originals read since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

export interface OpeningTools {
  /** For a ciphertext of `length` bytes; closed by whoever opened. */
  engineFor(length: number): SegmentEngine;
  newLeaves(): LeafSink;
  readonly contentHash: NewContentHash;
}
