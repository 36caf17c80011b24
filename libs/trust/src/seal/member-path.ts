/**
 * Names of files inside an envelope. A bidder chooses them, and the platform, the committee and every auditor write
 * them to disk: so only names that mean the same on every file system are taken.
 */
import { TrustError, utf8 } from '../encoding/index.ts';

const MAX_CHARACTERS = 400;
const MAX_SEGMENT_BYTES = 200;
/** Control characters, what Windows refuses, and bidirectional overrides that make `exe.pdf` of `fdp.exe`. */
// eslint-disable-next-line no-control-regex -- the point is to refuse them
const FORBIDDEN = /[\u0000-\u001f\u007f\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Throws SEAL.MEMBER_PATH unless `path` is a relative, normalised (NFC), portable file name. */
export function checkMemberPath(path: string): void {
  const bad =
    path.length === 0 ||
    path.length > MAX_CHARACTERS ||
    LONE_SURROGATE.test(path) ||
    path.normalize('NFC') !== path ||
    FORBIDDEN.test(path) ||
    path.split('/').some((segment) => !isPortable(segment));
  if (bad) throw new TrustError('SEAL.MEMBER_PATH', { path: path.slice(0, 100) });
}

function isPortable(segment: string): boolean {
  return (
    segment.length > 0 &&
    segment !== '.' &&
    segment !== '..' &&
    !segment.endsWith('.') &&
    !segment.endsWith(' ') &&
    !segment.startsWith(' ') &&
    !WINDOWS_DEVICE.test(segment) &&
    utf8.encode(segment).length <= MAX_SEGMENT_BYTES
  );
}

/** Refuses a second file of the same name, also by another case, and a file where a folder already is. */
export class PathSet {
  private readonly files = new Set<string>();
  private readonly folders = new Set<string>();

  add(path: string): void {
    checkMemberPath(path);
    const key = path.toLowerCase();
    const parents = parentsOf(key);
    if (this.files.has(key) || this.folders.has(key) || parents.some((folder) => this.files.has(folder))) {
      throw new TrustError('SEAL.MEMBER_DUPLICATE', { path: path.slice(0, 100) });
    }
    this.files.add(key);
    for (const folder of parents) this.folders.add(folder);
  }
}

function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join('/'));
}
