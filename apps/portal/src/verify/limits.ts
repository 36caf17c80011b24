/** What a reader gives may be any file: no more than this of it is read. Evidence has no limit here, it is read in pieces. */
export const MAX_RECEIPT_BYTES = 256 * 1024;
/** Of roots, or of certificates: 1 MiB is three hundred of them; what is larger is another file. */
export const MAX_CERTIFICATES_BYTES = 1024 * 1024;

/** The beginning of a file as text; `''` for one that cannot be read any more (moved, changed, taken away). */
export const textOf = (file: Blob, limit: number): Promise<string> =>
  file
    .slice(0, limit)
    .text()
    .catch(() => '');
