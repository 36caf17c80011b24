/**
 * Points that the campaign's story does not come by. They are not waved through: each is named with the test that
 * reaches it.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'opening.reveal.kept': 'test/integration/opening.spec.ts',
};

/** The file store writes objects made of parts as manifests; S3 has no files, and no disk of ours to be damaged. */
const FILE_ONLY = /^storage\.(manifest|object|part|upload|retention)\.|^opening\.restored\./;
const S3_ONLY = /^storage\.s3\./;

/** Which fault points a story on this store can pass. */
export function pointsOf(all: readonly string[], store: 'file' | 's3'): string[] {
  const other = store === 'file' ? S3_ONLY : FILE_ONLY;
  return all.filter((point) => !other.test(point) && !(point in ELSEWHERE));
}
