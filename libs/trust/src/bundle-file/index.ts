export { INDEX_PATH, ZipFormError, comparePaths, isBundlePath } from './zip-form.ts';
export type { ZipEntry } from './zip-form.ts';
export { ZipReader } from './zip-reader.ts';
export type { ByteSource } from './zip-reader.ts';
export { verifyBundle, viewOfBundle } from './verify-file.ts';
