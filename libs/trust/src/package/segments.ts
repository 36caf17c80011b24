import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES } from '../seal/chunks.ts';

/** Work travels in segments of 256 chunks (4 MiB): large enough to make messages free, small enough to bound memory. */
const SEGMENT_CHUNKS = 256;
export const PLAIN_SEGMENT_BYTES = SEGMENT_CHUNKS * CHUNK_BYTES;
export const SEALED_SEGMENT_BYTES = SEGMENT_CHUNKS * SEALED_CHUNK_BYTES;
/** Room for a sealed segment and the empty chunk that may end the message, in either direction. */
export const SEGMENT_BUFFER_BYTES = SEALED_SEGMENT_BYTES + TAG_BYTES;
