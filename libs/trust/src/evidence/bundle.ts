/**
 * The evidence bundle as records: docs/EVIDENCE.md. Everything in it comes from whoever hands it over, so every
 * file is parsed strictly, bounded in size, and matched against the list in bundle.json.
 */
import { z } from 'zod';
import { b64u, hashText, MAX_LIST_BYTES, parseRecord, sha256, TrustError } from '../encoding/index.ts';
import { MAX_DRAW_BYTES, drawFile } from '../draw/draw-file.ts';
import { parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import {
  arrivalReceipt,
  award,
  cancellation,
  close,
  closeAdd,
  commit,
  count,
  daySeed,
  deadlineChange,
  evaluationReport,
  hash32,
  instantText,
  journalKey,
  keyDestroyed,
  lotKey,
  notice,
  openingRecord,
  outsideTime,
  publicity,
  reveal,
  sealedShares,
  shares,
  signed,
  storedReceipt,
  uuid,
} from '../records/index.ts';
import type { NewHash } from '../seal/leaf-hasher.ts';
import type { Findings } from './report.ts';

/** How the verifier reads a bundle: the zip file in Node, a Blob in the browser. */
export interface BundleReader {
  /** Names and sizes of all members, in the order of the archive. */
  readonly entries: readonly { readonly path: string; readonly size: number }[];
  /** A whole member; `max` bytes at the most. @throws TrustError EVIDENCE.TOO_LARGE, EVIDENCE.MISSING */
  bytes(path: string, max: number): Promise<Uint8Array>;
  stream(path: string): AsyncIterable<Uint8Array>;
}

const fileEntry = z.strictObject({ path: z.string().min(1).max(300), size: count, sha256: hash32 });

/** bundle.json: what the bundle claims to hold. */
export const bundleHeader = z.strictObject({
  type: z.literal('bundle'),
  version: z.literal(1),
  lot: uuid,
  audience: z.enum(['public', 'auditor']),
  createdAt: instantText,
  files: z.array(fileEntry).max(100_000),
});
export type BundleHeader = z.infer<typeof bundleHeader>;

/** log/proofs.json: every logged record's place in the latest checkpoint, and its consistency with earlier ones. */
export const logProofs = z.strictObject({
  type: z.literal('proofs'),
  leaves: z
    .array(
      z.strictObject({
        hash: hash32,
        type: z.string().min(1).max(40),
        blind: hash32,
        index: count,
        proof: z.array(hash32).max(64),
      }),
    )
    .max(100_000),
  checkpoints: z
    .array(z.strictObject({ text: z.string().max(8_000), proof: z.array(hash32).max(64) }))
    .max(100_000),
});
export type LogProofs = z.infer<typeof logProofs>;

/** The leaves `first` (included) to `until` (excluded), which one seed's dummies fill. */
const dummyDay = z.strictObject({
  record: daySeed,
  /** Null while it is kept back; then the lists are empty. */
  seed: hash32.nullable(),
  first: count,
  until: count,
  /** The leaves that are no dummies, by index: the entries as they stand in the log, 32 bytes. */
  records: z.array(z.strictObject({ index: count, entry: hash32 })).max(1_000_000),
  /** The complete subtrees of the first `first` leaves, the largest first. */
  nodes: z.array(hash32).max(64),
  /** Consistency of the tree of `until` leaves with `log/checkpoint`; empty where both have one size. */
  proof: z.array(hash32).max(64),
});
export type DummyDay = z.infer<typeof dummyDay>;

/** log/dummies.json: every day from LOTKEY's leaf to CLOSE's, in order. */
const dummyDays = z.strictObject({ type: z.literal('dummies'), days: z.array(dummyDay).max(5_000) });

/** bundle.json and log/proofs.json list every file and record: 32 MiB is 100,000 entries. */
const MAX_INDEX_BYTES = 32 * 1024 * 1024;

const SCHEMAS = {
  notice: signed(notice),
  deadline: signed(deadlineChange),
  lotkey: signed(lotKey),
  cancellation: signed(cancellation),
  journal: signed(journalKey),
  close: signed(close),
  'close-add': signed(closeAdd),
  commit,
  arrival: signed(arrivalReceipt),
  stored: signed(storedReceipt),
  'outside-time': outsideTime,
  shares: signed(shares),
  'sealed-shares': signed(sealedShares),
  reveal,
  'opening-record': signed(openingRecord),
  'key-destroyed': signed(keyDestroyed),
  'evaluation-report': signed(evaluationReport),
  publicity: signed(publicity),
  award: signed(award),
  draw: drawFile,
} as const;
type Kind = keyof typeof SCHEMAS;
type RecordOf<K extends Kind> = z.infer<(typeof SCHEMAS)[K]>;

/** Which record a path holds. Anything that matches none of these, or {@link OTHER}, is unexplained (V21). */
const PATHS: readonly (readonly [RegExp, Kind])[] = [
  [/^notices\/(\d{1,5})\.json$/, 'notice'],
  [/^deadlines\/(\d{1,4})\.json$/, 'deadline'],
  [/^lotkey\.json$/, 'lotkey'],
  [/^cancellation\.json$/, 'cancellation'],
  [/^journal\.json$/, 'journal'],
  [/^close\.json$/, 'close'],
  [/^adds\/(\d{1,4})\.json$/, 'close-add'],
  [/^commits\/([\w-]{43})\.json$/, 'commit'],
  [/^arrivals\/([\w-]{43})\.json$/, 'arrival'],
  [/^stored\/([\w-]{43})\.json$/, 'stored'],
  [/^times\/(\d{1,15}-[a-z0-9-]{1,30})\.json$/, 'outside-time'],
  [/^shares\/(\d-(?:public|committee|journal)-\d{1,2})\.json$/, 'shares'],
  [/^sealed-shares\/(\d-\d{1,2})\.json$/, 'sealed-shares'],
  [/^reveals\/([\w-]{43}-\d-(?:public|committee))\.json$/, 'reveal'],
  [/^record\.json$/, 'opening-record'],
  [/^destroyed\/(\d{1,2})\.json$/, 'key-destroyed'],
  [/^report\.json$/, 'evaluation-report'],
  [/^publicity\.json$/, 'publicity'],
  [/^award\.json$/, 'award'],
  [/^draws\/(\d{1,4})\.json$/, 'draw'],
];
export const ENVELOPE_PATH = /^envelopes\/([\w-]{43})\/(I|E[0-3])\.sealed$/;
const TOKEN_PATH = /^tokens\/([\w-]{43})\.tst$/;
const CERTIFICATE_PATH = /^certificates\/([\w-]{43})\.der$/;
const CRL_PATH = /^crls\/([\w-]{43})\.crl$/;
const DUMMIES_PATH = 'log/dummies.json';
const OTHER = new Set(['bundle.json', 'log/checkpoint', 'log/proofs.json', DUMMIES_PATH]);

export interface Evidence {
  readonly header: BundleHeader;
  /** By path's variable part (`''` where it has none): a commitment, a number, `stage-audience-seat`. */
  readonly records: { readonly [K in Kind]: ReadonlyMap<string, RecordOf<K>> };
  readonly tokens: ReadonlyMap<string, Uint8Array>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly crls: ReadonlyMap<string, Uint8Array>;
  readonly envelopes: ReadonlySet<string>;
  readonly checkpoint: string;
  readonly proofs: LogProofs;
  /** Null in the file of a log that had no dummies. */
  readonly dummies: z.infer<typeof dummyDays> | null;
}

/** The one record of a kind that a lot has at most once. */
export const only = <K extends Kind>(evidence: Evidence, kind: K): RecordOf<K> | null =>
  evidence.records[kind].get('') ?? null;

/** Records of a numbered kind, 1, 2, 3…, in order. */
export const numbered = <K extends Kind>(evidence: Evidence, kind: K): RecordOf<K>[] =>
  [...evidence.records[kind]].sort((a, b) => Number(a[0]) - Number(b[0])).map(([, record]) => record);

/** Reads every file but the envelopes, whose bytes are hashed as a stream. Problems go to V21. */
export async function loadEvidence(
  reader: BundleReader,
  findings: Findings,
  newHash: NewHash,
): Promise<Evidence | null> {
  const header = await readHeader(reader, findings);
  if (!header) return null;
  await matchList(reader, header, findings, newHash);
  const loaded = empty(header);
  for (const { path } of header.files) {
    try {
      await loadOne(reader, path, loaded, findings);
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      findings.fail('V21', error.code, path, 'bundle', error.facts);
    }
  }
  if (!loaded.proofs || loaded.checkpoint === null) {
    findings.fail('V03', 'EVIDENCE.MISSING', 'log/', 'bundle');
    return null;
  }
  return { ...loaded, proofs: loaded.proofs, checkpoint: loaded.checkpoint };
}

async function readHeader(reader: BundleReader, findings: Findings): Promise<BundleHeader | null> {
  try {
    return parseRecord(bundleHeader, await reader.bytes('bundle.json', MAX_INDEX_BYTES), MAX_INDEX_BYTES);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    findings.fail('V21', error.code, 'bundle.json', 'bundle', error.facts);
    return null;
  }
}

/** The archive's members are exactly the listed files, and each has the listed bytes. */
async function matchList(
  reader: BundleReader,
  header: BundleHeader,
  findings: Findings,
  newHash: NewHash,
): Promise<void> {
  const listed = new Map(header.files.map((file) => [file.path, file]));
  if (listed.size !== header.files.length)
    findings.fail('V21', 'EVIDENCE.LISTED_TWICE', 'bundle.json', 'bundle');
  for (const { path, size } of reader.entries) {
    if (path === 'bundle.json') continue;
    const file = listed.get(path);
    if (!file) findings.fail('V21', 'EVIDENCE.UNLISTED', path, 'bundle');
    else if (file.size !== size) findings.fail('V21', 'EVIDENCE.SIZE', path, 'bundle');
    else if ((await hashOf(reader, path, newHash)) !== file.sha256)
      findings.fail('V21', 'EVIDENCE.HASH', path, 'bundle');
    listed.delete(path);
  }
  for (const path of listed.keys()) findings.fail('V21', 'EVIDENCE.MISSING', path, 'bundle');
}

function empty(header: BundleHeader) {
  const records = Object.fromEntries(
    Object.keys(SCHEMAS).map((kind) => [kind, new Map()]),
  ) as unknown as Evidence['records'];
  return {
    header,
    records,
    tokens: new Map<string, Uint8Array>(),
    certificates: new Map<string, Certificate>(),
    crls: new Map<string, Uint8Array>(),
    envelopes: new Set<string>(),
    checkpoint: null as string | null,
    proofs: null as LogProofs | null,
    dummies: null as Evidence['dummies'],
  };
}

async function loadOne(
  reader: BundleReader,
  path: string,
  into: ReturnType<typeof empty>,
  findings: Findings,
): Promise<void> {
  for (const [pattern, kind] of PATHS) {
    const match = pattern.exec(path);
    if (!match) continue;
    const schema: z.ZodType = SCHEMAS[kind];
    const max = kind === 'draw' ? MAX_DRAW_BYTES : MAX_LIST_BYTES;
    const record = parseRecord(schema, await reader.bytes(path, max), max);
    (into.records[kind] as Map<string, unknown>).set(match[1] ?? '', record);
    return;
  }
  if (ENVELOPE_PATH.test(path)) into.envelopes.add(path);
  else if (path === 'log/checkpoint')
    into.checkpoint = new TextDecoder().decode(await reader.bytes(path, 8_000));
  else if (path === 'log/proofs.json')
    into.proofs = parseRecord(logProofs, await reader.bytes(path, MAX_INDEX_BYTES), MAX_INDEX_BYTES);
  else if (path === DUMMIES_PATH)
    into.dummies = parseRecord(dummyDays, await reader.bytes(path, MAX_INDEX_BYTES), MAX_INDEX_BYTES);
  else if (!(await loadNamedByHash(reader, path, into, findings)) && !OTHER.has(path))
    findings.fail('V21', 'EVIDENCE.UNEXPLAINED', path, 'bundle');
}

/** Tokens, certificates and CRLs are named by the hash of their bytes. */
async function loadNamedByHash(
  reader: BundleReader,
  path: string,
  into: ReturnType<typeof empty>,
  findings: Findings,
): Promise<boolean> {
  const [name, max] = TOKEN_PATH.exec(path)
    ? [TOKEN_PATH.exec(path)?.[1], 64 * 1024]
    : CERTIFICATE_PATH.exec(path)
      ? [CERTIFICATE_PATH.exec(path)?.[1], 64 * 1024]
      : [CRL_PATH.exec(path)?.[1], MAX_INDEX_BYTES];
  if (name === undefined) return false;
  const bytes = await reader.bytes(path, max);
  if (b64u.encode(sha256(bytes)) !== name) {
    findings.fail('V21', 'EVIDENCE.NAME', path, 'bundle');
    return true;
  }
  if (path.startsWith('tokens/')) into.tokens.set(name, bytes);
  else if (path.startsWith('crls/')) into.crls.set(name, bytes);
  else {
    const certificate = parseCertificate(bytes);
    if (certificate.ok) into.certificates.set(name, certificate.value);
    else findings.fail('V01', certificate.error.code, path, 'bundle');
  }
  return true;
}

/** Commitments are named by H("commit", COMMIT); a file under another name is found here. */
export function checkNames(evidence: Evidence, findings: Findings): void {
  for (const [c, record] of evidence.records.commit)
    findings.expect(hashText('commit', record) === c, 'V21', 'EVIDENCE.NAME', `commits/${c}.json`, 'bundle');
}

/** base64url; null where the member cannot be read to its end. */
async function hashOf(reader: BundleReader, path: string, newHash: NewHash): Promise<string | null> {
  const hash = newHash();
  try {
    for await (const piece of reader.stream(path)) hash.update(piece);
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
  return b64u.encode(hash.digest());
}
