import {
  TrustError,
  b64u,
  canonicalBytes,
  hashText,
  parseRecord,
  systemRandom,
  utf8,
} from '../encoding/index.ts';
import { signCms, signsIn, toPem } from '../pki/index.ts';
import type { Signer } from '../pki/index.ts';
import { openingSheet } from '../records/index.ts';
import type { BidStatement, Commit, DocumentRef, EnvelopeName, LotKey, Manifest } from '../records/index.ts';
import { wkOf } from '../seal/bid-move.ts';
import { bidStatementOf } from '../seal/bid-statement.ts';
import { envelopesOf, stagesOf } from '../seal/commit-shape.ts';
import { MANIFEST_NAME } from '../seal/manifest.ts';
import { PathSet } from '../seal/member-path.ts';
import { deriveBidKeys } from '../seal/seed.ts';
import type { BidKeys } from '../seal/seed.ts';
import { commitBody, proveDealing } from '../threshold/index.ts';
import type { PreparedDealing } from '../threshold/index.ts';
import { cipherOf, dealingsOf } from './bid-ciphers.ts';
import type { PackageSecrets } from './package-secrets.ts';
import type { FileToSeal, SealedTarget, SealingTools } from './ports.ts';
import { sealEnvelopeInto } from './seal-envelope.ts';
import type { SealedEnvelope } from './seal-envelope.ts';

export const SHEET_NAME = 'opening-sheet.json';
const TOOL_VERSION = '0.1.0';
/** A sheet is a record: a file of that name that is larger is none. */
const MAX_SHEET_BYTES = 64 * 1024;

export interface BidToSeal {
  /** A LOTKEY that the caller has checked against its own pinned roots. */
  readonly lotKey: LotKey;
  /** Of the notice version that is bid on. */
  readonly documents: readonly DocumentRef[];
  /** Every envelope of the lot but `I`; E0 holds opening-sheet.json. Ignored for `withdraw: all`. */
  readonly envelopes: Partial<Record<EnvelopeName, readonly FileToSeal[]>>;
  readonly signer: Signer;
  /** The commitment that this package replaces. */
  readonly supersedes: string | null;
  readonly withdraw?: 'all';
  /** 32 fresh bytes; given only where the caller drew them elsewhere. One seed seals once. */
  readonly seed?: Uint8Array;
  /** Fingerprint of the machine that seals, base64url; the law lets authorities compare it (条例40). */
  readonly machine: string;
}

/** Where a package is put while it is made. */
export interface PackageMaker {
  /** A new file for the ciphertext of `e`. */
  createEnvelope(e: EnvelopeName): Promise<SealedTarget>;
  /** Where the original of a file is, for the secrets' own list; null where there is no such place. */
  placeOf(file: FileToSeal): string | null;
}

export interface SealedBid {
  readonly c: string;
  readonly commit: Commit;
  readonly secrets: PackageSecrets;
}

interface Sealing {
  readonly input: BidToSeal;
  readonly seed: Uint8Array;
  readonly keys: BidKeys;
  readonly terms: Pick<Commit, 'suite' | 'lotKeyHash' | 'bidNonce'>;
  readonly dealings: readonly PreparedDealing[];
  readonly documents: string;
  readonly tool: Manifest['tool'];
  readonly bidder: BidStatement['bidder'];
}

/** What is found before any costly work: a signer without a name, a file name that cannot be, a sheet that is none. */
export async function checkBidToSeal(input: BidToSeal): Promise<BidStatement['bidder']> {
  const { organisation, creditCode } = input.signer.certificate.holder;
  if (!organisation || !creditCode)
    throw new TrustError('SEAL.CERTIFICATE', { reason: 'names no organisation' });
  checkSigningKey(input);
  const bidder = { name: organisation, creditCode };
  checkNames(input);
  if (!input.withdraw) await checkSheet(input, bidder);
  return bidder;
}

/**
 * Seals a whole bid (PROTOCOL section 5): every envelope goes to `maker`, durable when this returns. What comes back is
 * to be kept beside them; the secrets are the bidder's alone. Throws TrustError SEAL.*.
 */
export async function sealBid(
  tools: SealingTools,
  input: BidToSeal,
  maker: PackageMaker,
): Promise<SealedBid> {
  const sealing = begin(input, await checkBidToSeal(input));
  const { keys, terms, dealings, seed } = sealing;
  const names = envelopesOf(stagesOf(input.lotKey, input.withdraw));
  const others: SealedEnvelope[] = [];
  for (const e of names.filter((name) => name !== 'I')) {
    others.push(await sealOne(tools, sealing, maker, e, input.envelopes[e] ?? []));
  }
  const identity = await sealOne(tools, sealing, maker, 'I', await identityFiles(sealing, others));
  const all = [identity, ...others];
  const unproven = {
    type: 'commit' as const,
    ...terms,
    dealings,
    envelopes: names.map((e) => referTo(all, e)),
    wk: wkOf(keys.wkSecret),
    ...(input.withdraw ? { withdraw: input.withdraw } : {}),
  };
  const body = commitBody(unproven);
  const commit: Commit = {
    ...unproven,
    dealings: dealings.map((dealing) => proveDealing(dealing, body, systemRandom)),
  };
  const c = hashText('commit', commit);
  return { c, commit, secrets: secretsOf(input, c, seed, all, maker) };
}

/** What another suite's key signed would fall out at the opening. */
function checkSigningKey({ lotKey: { suite }, signer }: BidToSeal): void {
  const { type } = signer.certificate.publicKey;
  if (!signsIn(suite, type))
    throw new TrustError('SEAL.CERTIFICATE', { reason: 'is of another suite', suite, keyType: type });
}

function begin(input: BidToSeal, bidder: BidStatement['bidder']): Sealing {
  const seed = input.seed ?? systemRandom(32);
  const nonce = systemRandom(32);
  const { suite } = input.lotKey;
  const keys = deriveBidKeys(seed, nonce, suite);
  const lotKeyHash = hashText('lotkey', input.lotKey);
  const terms = { suite, lotKeyHash, bidNonce: b64u.encode(nonce) };
  return {
    input,
    seed,
    keys,
    terms,
    dealings: dealingsOf(input.lotKey, terms, keys, input.withdraw),
    documents: hashText('documents', input.documents),
    tool: { name: 'glasshall', version: TOOL_VERSION, machine: input.machine },
    bidder,
  };
}

async function sealOne(
  tools: SealingTools,
  { input, dealings, documents, tool }: Sealing,
  maker: PackageMaker,
  e: EnvelopeName,
  files: readonly FileToSeal[],
): Promise<SealedEnvelope> {
  const content = { e, ...cipherOf(input.lotKey, dealings, e), files, documents, tool };
  return sealEnvelopeInto(tools, content, await maker.createEnvelope(e));
}

function referTo(all: readonly SealedEnvelope[], e: EnvelopeName): Commit['envelopes'][number] {
  const sealed = all.find((each) => each.e === e);
  if (!sealed) throw new TrustError('SEAL.COMMIT', { reason: 'envelope missing', e });
  return { e, root: b64u.encode(sealed.root), length: sealed.length };
}

async function identityFiles(sealing: Sealing, others: readonly SealedEnvelope[]): Promise<FileToSeal[]> {
  const { input, keys, terms, dealings, documents, bidder } = sealing;
  const statement = bidStatementOf({
    commit: {
      ...terms,
      wk: wkOf(keys.wkSecret),
      dealings,
      ...(input.withdraw ? { withdraw: input.withdraw } : {}),
    },
    documents,
    supersedes: input.supersedes,
    bidder,
    manifests: others.map(({ e, manifestSha256 }) => ({ e, sha256: b64u.encode(manifestSha256) })),
  });
  const bytes = canonicalBytes(statement);
  const { signer } = input;
  return [
    { path: 'identity.json', from: { bytes } },
    { path: 'identity.p7s', from: { bytes: await signCms(bytes, signer) } },
    { path: 'chain.pem', from: { bytes: utf8.encode(toPem([signer.certificate, ...signer.chain])) } },
  ];
}

function secretsOf(
  input: BidToSeal,
  c: string,
  seed: Uint8Array,
  sealed: readonly SealedEnvelope[],
  maker: PackageMaker,
): PackageSecrets {
  const originalOf = (e: EnvelopeName, path: string): string | null => {
    const file = input.envelopes[e]?.find((each) => each.path === path);
    return file ? maker.placeOf(file) : null;
  };
  return {
    type: 'package',
    version: 1,
    lot: input.lotKey.lot,
    c,
    seed: b64u.encode(seed),
    supersedes: input.supersedes,
    files: sealed.flatMap(({ e, manifest }) =>
      manifest.files.map((file) => ({ e, ...file, original: originalOf(e, file.path) })),
    ),
  };
}

/** Every name is portable and unique, and the manifest's own name stays free. */
function checkNames({ envelopes }: BidToSeal): void {
  for (const files of Object.values(envelopes)) {
    const paths = new PathSet();
    for (const { path } of files) paths.add(path);
    paths.add(MANIFEST_NAME);
  }
}

/** E0 must hold a sheet that can be read out, in the signer's name: found now, not at the opening. */
async function checkSheet({ envelopes }: BidToSeal, bidder: BidStatement['bidder']): Promise<void> {
  const from = envelopes.E0?.find(({ path }) => path === SHEET_NAME)?.from;
  if (!from) throw new TrustError('SEAL.SHEET', { missing: SHEET_NAME });
  const sheet = parseRecord(openingSheet, 'bytes' in from ? from.bytes : await readSmall(from));
  if (sheet.bidder.creditCode !== bidder.creditCode || sheet.bidder.name !== bidder.name) {
    throw new TrustError('SEAL.SHEET', { reason: 'names another bidder than the certificate' });
  }
}

async function readSmall(from: Extract<FileToSeal['from'], { open: unknown }>): Promise<Uint8Array> {
  const original = await from.open();
  try {
    if (original.size > MAX_SHEET_BYTES) throw new TrustError('SEAL.SHEET', { size: original.size });
    const bytes = new Uint8Array(original.size);
    let at = 0;
    for (let read = 1; read > 0 && at < bytes.length; at += read)
      read = await original.read(bytes.subarray(at), at);
    return bytes.subarray(0, at);
  } finally {
    await original.close();
  }
}
