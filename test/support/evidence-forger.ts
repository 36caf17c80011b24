/** The committed evidence of one tender (test/vectors/evidence), and everybody's keys: what any dishonest party could make of it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addMs, formatInstant, parseInstant } from '#kernel';
import { rankByLowestEvaluatedPrice } from '#scoring';
import { b64u, openDevelopmentCa, parseCertificate, readTrustFile, signRecord, softwareSigner } from '#trust';
import type { ArrivalReceipt, Certificate, Close, DevelopmentCa, PinnedTrust, ReceiptFile } from '#trust';
import type { Signed, Signer } from '#trust';
import { nodeAead } from '#trust/node';
import { loadEvidence } from '../../libs/trust/src/evidence/bundle.ts';
import { Verification } from '../../libs/trust/src/evidence/context.ts';
import { Findings } from '../../libs/trust/src/evidence/report.ts';
import type { SeatRole } from './story/roster.ts';
import { BundleEditor } from './story/bundle-editor.ts';

interface KeyFile {
  readonly ca: string;
  readonly seats: Readonly<Record<SeatRole, string>>;
  readonly platform: string;
  readonly receipt: string;
  readonly log: string;
}

interface Expected {
  readonly lot: string;
  readonly bids: Readonly<
    Record<'better' | 'replaced' | 'withdrawn' | 'revealing' | 'absent' | 'late', string>
  >;
  readonly states: Readonly<Record<string, string>>;
}

export interface EvidenceVector {
  readonly file: string;
  readonly bundle: BundleEditor;
  readonly trust: PinnedTrust;
  readonly expected: Expected;
  readonly receipts: { readonly bids: readonly ReceiptFile[]; readonly withdrawal: Signed<ArrivalReceipt> };
  readonly signers: Readonly<Record<SeatRole | 'platform' | 'receipt', Signer>>;
  readonly ca: DevelopmentCa;
  readonly logSecret: Uint8Array;
  /** Trustee i, from 1. */
  readonly trustees: readonly Signer[];
}

const folderOf = (version: string): string =>
  fileURLToPath(new URL(`../vectors/evidence/${version}/`, import.meta.url));
const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

export async function readVector(version = 'v1'): Promise<EvidenceVector> {
  const folder = folderOf(version);
  const keys = json<KeyFile>(`${folder}keys.json`);
  const bundle = await BundleEditor.read(`${folder}evidence.zip`);
  const trust = readTrustFile(readFileSync(`${folder}roots.json`, 'utf8'));
  const certificates = bundle.paths
    .filter((path) => path.startsWith('certificates/'))
    .map(readCertificate(bundle));
  const signerOf = (key: string) => ownerOf(b64u.decode(key), certificates);
  const seats = ['tenderee', 'agency', 'regulator', 'operator', 'notary'] as const;
  const trustees = await Promise.all(seats.map((role) => signerOf(keys.seats[role])));
  const named = Object.fromEntries(seats.map((role, at) => [role, trustees[at]]));
  const root = await ownerOf(b64u.decode(keys.ca), trust.ca);
  return {
    file: `${folder}evidence.zip`,
    bundle,
    trust,
    expected: json(`${folder}expected.json`),
    receipts: json(`${folder}receipts.json`),
    signers: {
      ...(named as Record<SeatRole, Signer>),
      platform: await signerOf(keys.platform),
      receipt: await signerOf(keys.receipt),
    },
    ca: await openDevelopmentCa(b64u.decode(keys.ca), root.certificate),
    logSecret: b64u.decode(keys.log),
    trustees,
  };
}

const readCertificate =
  (bundle: BundleEditor) =>
  (path: string): Certificate => {
    const parsed = parseCertificate(new Uint8Array(bundle.bytes(path)));
    if (!parsed.ok) throw new Error(path);
    return parsed.value;
  };

async function ownerOf(pkcs8: Uint8Array, certificates: readonly Certificate[]): Promise<Signer> {
  for (const certificate of certificates) {
    const signer = await softwareSigner(pkcs8, certificate);
    if (signer.ok) return signer.value;
  }
  throw new Error('no certificate belongs to this key');
}

/** Changes a signed record and signs it anew: what its signers could have made from the first. */
export async function resign<T extends object>(
  bundle: BundleEditor,
  path: string,
  type: string,
  signers: readonly Signer[],
  change: (record: T) => T,
): Promise<BundleEditor> {
  const { record } = JSON.parse(bundle.bytes(path).toString()) as Signed<T>;
  const signed = await signRecord(type, change(record), signers);
  return bundle.edit(path, () => signed);
}

export const recordOf = <T>(bundle: BundleEditor, path: string): T =>
  (JSON.parse(bundle.bytes(path).toString()) as { record: T }).record;

export const verifierTools = {
  newHash: () => createHash('sha256'),
  aead: nodeAead,
  rank: rankByLowestEvaluatedPrice,
};

type Check = (v: Verification) => void | Promise<void>;

/** What these checks find in a bundle whose index fits, one line each: check, code, subject, who is to blame. */
export async function findingsOf(
  bundle: BundleEditor,
  trust: PinnedTrust,
  ...checks: readonly Check[]
): Promise<{ readonly lines: readonly string[]; readonly states: Readonly<Record<string, string>> }> {
  const reader = bundle.index().reader();
  const findings = new Findings();
  const evidence = await loadEvidence(reader, findings, verifierTools.newHash);
  if (evidence) {
    const v = new Verification(evidence, reader, trust, verifierTools, findings);
    for (const check of checks) await check(v);
  }
  const results = findings.results();
  const lines = results.flatMap(({ id, problems }) =>
    problems.map(({ code, subject, blame }) => `${id} ${code} ${subject} ${blame}`),
  );
  return { lines, states: Object.fromEntries(results.map(({ id, state }) => [id, state])) };
}

/** A forgery, and what is to be found of it; `…` at the end: this and more. */
export type Forge = (bundle: BundleEditor) => BundleEditor | Promise<BundleEditor>;
export type ForgeryRow = readonly [name: string, forge: Forge, ...finds: string[]];

/** A hash and a lot that the vector does not know. */
export const OTHER = 'A'.repeat(43);
export const LOT = '00000000-0000-4000-8000-000000000000';
export const same = <T>(record: T): T => record;

/** Makes forgeries of one record: changed, and signed anew by whom it names, else by its rightful signers. */
export const signedBy =
  <T extends object>(path: string, type: string, ...rightful: readonly Signer[]) =>
  (change: (record: T) => T, ...by: readonly Signer[]): Forge =>
  (bundle) =>
    resign<T>(bundle, path, type, by.length > 0 ? by : rightful, change);

/** Makes other lists of bids, which the platform signs. */
export const closedBy = ({ signers }: EvidenceVector) =>
  signedBy<Close>('close.json', 'close', signers.platform);

/** One test of a row each. */
export const itFinds = (vector: EvidenceVector, check: Check, rows: readonly ForgeryRow[]): void =>
  it.each(rows.map(([name, forge, ...finds]) => ({ name, forge, finds })))(
    '$name',
    async ({ forge, finds }) => {
      const lines = finds.filter((line) => line !== '…');
      const found = await foundBy(vector, check, forge);
      expect(found).toEqual(lines.length < finds.length ? expect.arrayContaining(lines) : lines);
    },
  );

/** What one check finds in a forgery of the vector, with the bids' names for their hashes and `$` for any other. */
async function foundBy(vector: EvidenceVector, check: Check, forge: Forge): Promise<string[]> {
  const { lines } = await findingsOf(await forge(vector.bundle.copy()), vector.trust, check);
  return readable(vector, lines);
}

export function readable({ expected }: EvidenceVector, lines: readonly string[]): string[] {
  const names = Object.entries(expected.bids);
  return lines.map((line) =>
    names.reduce((text, [name, c]) => text.replace(c, name), line).replace(/[\w-]{43}(\.crl|\.tst)?/, '$$'),
  );
}

export const later = (text: string, ms: number): string => {
  const parsed = parseInstant(text);
  if (parsed === null) throw new Error(text);
  return formatInstant(addMs(parsed, ms));
};
