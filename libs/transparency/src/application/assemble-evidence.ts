import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { formatInstant, IntegrityError, ok, refuse } from '#kernel';
import type { Refusal, Result } from '#kernel';
import { b64u, canonicalBytes, equalBytes, parsePem, sha256 } from '#trust';
import { canonicalZip, comparePaths, INDEX_PATH } from '#trust/node';
import type { ZipEntrySource } from '#trust/node';
import type { LotKey, Signed, WitnessTerms } from '#trust';
import type { StoredCheckpoint } from '../infrastructure/log-store.ts';
import { collectReferences, noReferences } from '../domain/evidence-references.ts';
import type { References } from '../domain/evidence-references.ts';
import type { TransparencyCode } from '../domain/refusals.ts';
import { AccountForDummies } from './account-for-dummies.ts';
import { EvidenceRegistry } from './evidence-registry.ts';
import type { EvidenceAudience, EvidencePiece, LoggedRecord } from './evidence-source.ts';
import { ReadLog } from './read-log.ts';
import { Transparency } from './transparency.ts';

const NO_WITNESSES: WitnessTerms = { q: 0, witnesses: [] };

/** Permission of regulators and auditors. */
const FULL = 'evidence.full';

/** A bundle in the making: what is in it, and what what is in it names. */
interface Gathered {
  readonly entries: Map<string, ZipEntrySource>;
  /** By hash. */
  readonly logged: Map<string, LoggedRecord>;
  readonly references: References;
  /** What the lot declares about witnesses; nothing before it has a key. */
  terms: WitnessTerms;
}

/**
 * The evidence of one lot as a canonical ZIP (docs/EVIDENCE.md), streamed: records are small and held, envelopes are
 * opened one after another while the file is sent.
 */
@Injectable()
export class AssembleEvidence {
  constructor(
    private readonly read: ReadLog,
    private readonly registry: EvidenceRegistry,
    private readonly transparency: Transparency,
    private readonly dummies: AccountForDummies,
  ) {}

  /** @throws IntegrityError when the evidence would not verify: something that a record names is not there. */
  async run(
    lotId: string,
    audience: EvidenceAudience,
    permissions: readonly string[],
  ): Promise<Result<Readable, Refusal<TransparencyCode>>> {
    if (audience === 'auditor' && !permissions.includes(FULL))
      return refuse('TRANSPARENCY.EVIDENCE_RESTRICTED', { permission: FULL });
    const state = await this.registry.stateOf(lotId, audience);
    if (state === 'unknown') return refuse('TRANSPARENCY.EVIDENCE_UNKNOWN');
    if (state === 'pending') return refuse('TRANSPARENCY.EVIDENCE_PENDING');
    const gathered: Gathered = {
      entries: new Map(),
      logged: new Map(),
      references: noReferences(),
      terms: NO_WITNESSES,
    };
    for await (const piece of this.registry.pieces(lotId, audience)) addPiece(gathered, piece);
    await this.addCertificates(gathered);
    await this.addCrls(gathered);
    await this.addOutsideTimes(gathered);
    const checkpoint = await this.addLog(gathered);
    return ok(zipOf(gathered, { lot: lotId, audience, createdAt: formatInstant(checkpoint.signedAt) }));
  }

  private async addCertificates(gathered: Gathered): Promise<void> {
    const own = this.transparency.platformCertificates().flatMap((pem) => {
      const parsed = parsePem(pem);
      return parsed.ok ? parsed.value.map(({ der }) => der) : [];
    });
    for (const der of own) addPiece(gathered, { kind: 'certificate', der });
    for (const fingerprint of gathered.references.certificates) {
      if (gathered.entries.has(`certificates/${fingerprint}.der`)) continue;
      const chain = await this.registry.certificates?.chainOf(fingerprint);
      if (!chain) throw new IntegrityError('a signer of the evidence is unknown', { fingerprint });
      for (const der of chain) addPiece(gathered, { kind: 'certificate', der });
    }
  }

  private async addCrls(gathered: Gathered): Promise<void> {
    for (const hash of gathered.references.crls) {
      if (gathered.entries.has(`crls/${hash}.crl`)) continue;
      const der = await this.registry.certificates?.crlOf(hash);
      if (!der) throw new IntegrityError('a revocation list of the evidence is unknown', { sha256: hash });
      addPiece(gathered, { kind: 'crl', der });
    }
  }

  /** The stamps of the authorities that LOTKEY names; their checkpoints are proved with the others. */
  private async addOutsideTimes(gathered: Gathered): Promise<void> {
    const { outside, listed, checkpoints } = gathered.references;
    const stamps = await this.transparency.outsideTimesOver([...outside], [...listed]);
    for (const stamp of stamps) {
      checkpoints.add(stamp.checkpoint);
      const path = `times/${stamp.checkpoint.split('\n')[1] ?? ''}-${stamp.authority}.json`;
      addPiece(gathered, { kind: 'file', path, bytes: canonicalBytes(stamp) });
    }
  }

  /** Proofs to one checkpoint that covers everything; waits for the tick that takes the newest record in. */
  private async addLog(gathered: Gathered): Promise<StoredCheckpoint> {
    const logged = [...gathered.logged.keys()];
    await this.read.awaitLeaves(logged);
    const last = Math.max(-1, ...[...(await this.read.leaves(logged)).values()].map(({ index }) => index));
    const checkpoint = await this.read.awaitNewest(gathered.terms, last);
    await this.addDummies(gathered, checkpoint);
    const hashes = [...gathered.logged.keys()].sort();
    const leaves = await this.read.leaves(hashes);
    const proved = [];
    for (const hash of hashes) {
      const leaf = leaves.get(hash);
      if (!leaf) throw new IntegrityError('a record of the evidence is not in the log', { hash });
      const proof = await this.read.inclusion(leaf, checkpoint);
      const { type } = gathered.logged.get(hash) ?? { type: '' };
      proved.push({ hash, type, blind: b64u.encode(leaf.blind), index: leaf.index, proof });
    }
    const checkpoints = await this.consistency(gathered.references.checkpoints, checkpoint);
    const proofs = canonicalBytes({ type: 'proofs', leaves: proved, checkpoints });
    addPiece(gathered, { kind: 'file', path: 'log/proofs.json', bytes: proofs });
    addPiece(gathered, { kind: 'file', path: 'log/checkpoint', bytes: Buffer.from(checkpoint.text) });
    return checkpoint;
  }

  /** The account of the days from LOTKEY's leaf to CLOSE's, for a tender that has both (V06). */
  private async addDummies(gathered: Gathered, checkpoint: StoredCheckpoint): Promise<void> {
    const hashes = ['lotkey', 'close'].map(
      (type) => [...gathered.logged.values()].find((record) => record.type === type)?.hash,
    );
    const [lotKey, close] = hashes;
    if (lotKey === undefined || close === undefined) return;
    const leaves = await this.read.leaves([lotKey, close]);
    const from = leaves.get(lotKey)?.index ?? 0;
    const until = (leaves.get(close)?.index ?? 0) + 1;
    const accounted = await this.dummies.of({ from, until }, checkpoint);
    for (const { hash } of accounted) addPiece(gathered, { kind: 'logged', type: 'day-seed', hash });
    const bytes = canonicalBytes({ type: 'dummies', days: accounted.map(({ day }) => day) });
    addPiece(gathered, { kind: 'file', path: 'log/dummies.json', bytes });
  }

  private async consistency(texts: ReadonlySet<string>, last: StoredCheckpoint) {
    const found = [];
    for (const text of [...texts].filter((each) => each !== last.text).sort()) {
      const size = Number(text.split('\n')[1]);
      found.push({ size, text, proof: await this.read.consistency(text, last) });
    }
    found.sort((a, b) => a.size - b.size);
    return found.map(({ text, proof }) => ({ text, proof }));
  }
}

function addPiece(gathered: Gathered, piece: EvidencePiece): void {
  switch (piece.kind) {
    case 'file':
      if (piece.path.endsWith('.json')) {
        const record = parseCanonical(piece);
        collectReferences(record, gathered.references);
        if (piece.path === 'lotkey.json') gathered.terms = (record as Signed<LotKey>).record;
      }
      if (piece.logged) gathered.logged.set(piece.logged.hash, piece.logged);
      return addEntry(gathered, piece.path, piece.bytes);
    case 'stream':
      return addStream(gathered, piece);
    case 'logged':
      return void gathered.logged.set(piece.hash, { type: piece.type, hash: piece.hash });
    case 'checkpoint':
      return void gathered.references.checkpoints.add(piece.text);
    case 'certificate':
      return addNamed(gathered, 'certificates', 'der', piece.der);
    case 'crl':
      return addNamed(gathered, 'crls', 'crl', piece.der);
  }
}

/** A record that is not in canonical form has another hash for every reader. */
function parseCanonical({ path, bytes }: { path: string; bytes: Uint8Array }): unknown {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (!equalBytes(canonicalBytes(value), bytes))
    throw new IntegrityError('a piece of evidence is not canonical', { path });
  return value;
}

const addEntry = (gathered: Gathered, path: string, bytes: Uint8Array): void =>
  addStream(gathered, { path, size: bytes.length, open: () => Readable.from([Buffer.from(bytes)]) });

function addStream(gathered: Gathered, entry: ZipEntrySource): void {
  if (gathered.entries.has(entry.path))
    throw new IntegrityError('two pieces of evidence have one path', { path: entry.path });
  gathered.entries.set(entry.path, entry);
}

/** Named by its own hash: the same bytes from two contexts are one entry. */
function addNamed(gathered: Gathered, folder: string, ending: string, der: Uint8Array): void {
  const path = `${folder}/${b64u.encode(sha256(der))}.${ending}`;
  if (!gathered.entries.has(path)) addEntry(gathered, path, der);
}

/** The entries in order, each hashed on its way, and the index with those hashes behind them. */
function zipOf(gathered: Gathered, facts: { lot: string; audience: string; createdAt: string }): Readable {
  const entries = [...gathered.entries.values()].sort((a, b) => comparePaths(a.path, b.path));
  const hashes = new Map<string, string>();
  const index = (sha256Of: (path: string) => string): Uint8Array =>
    canonicalBytes({
      type: 'bundle',
      version: 1,
      ...facts,
      files: entries.map(({ path, size }) => ({ path, size, sha256: sha256Of(path) })),
    });
  const hashed = entries.map((entry) => ({
    ...entry,
    open: async () => hashing(await entry.open(), (hash) => hashes.set(entry.path, hash)),
  }));
  // Every hash has 43 characters, so the index has its size before it has its hashes.
  const size = index(() => '-'.repeat(43)).length;
  const last = () => Readable.from([Buffer.from(index((path) => hashes.get(path) ?? ''))]);
  return canonicalZip([...hashed, { path: INDEX_PATH, size, open: last }]);
}

function hashing(source: Readable, done: (hash: string) => void): Readable {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      next(null, chunk);
    },
    flush(next) {
      done(hash.digest('base64url'));
      next();
    },
  });
  source.on('error', (error) => through.destroy(error));
  through.on('close', () => source.destroy());
  return source.pipe(through);
}
