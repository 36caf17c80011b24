/**
 * `#storage`: bytes (sealed bids, documents). `constructor(private readonly blobs: BlobStore) {}` — abstract class = DI
 * token, provided globally by apps/platform: files under <dataDir>/objects, or S3 when S3_ENDPOINT is set.
 *
 *   const upload = await blobs.beginUpload(`bids/${randomName}`, { retainUntil });      // keep upload.key, upload.id
 *   const part = await blobs.putPart(upload, 3, request, contentLength);               // keep part.tag, part.size
 *   await blobs.complete(upload, partsFromMyTable);                                    // then the row that names it
 *   for await (const chunk of await blobs.get(key, { start: 0, end: 4096 })) ...
 *
 * Bytes first, then the row that names them; a sweep aborts uploads that no row names.
 */
export * from './blob-store.ts';
export * from './file/file-blob-store.ts';
export * from './storage.module.ts';
export * from './s3/s3-blob-store.ts';
export type { S3Options } from './s3/s3-connection.ts';
