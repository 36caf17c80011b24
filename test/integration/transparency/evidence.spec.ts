import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMs, DAY, SystemClock } from '#kernel';
import { FileBlobStore } from '#storage';
import {
  b64u,
  blindedLeaf,
  canonicalBytes,
  createDevelopmentCa,
  hashText,
  leafHash,
  openCheckpoint,
  parseCertificate,
  parseVkey,
  sha256,
  verifyConsistency,
  verifyInclusion,
  verifySigned,
  verifyTimestampToken,
  parsePem,
} from '#trust';
import type { Certificate } from '#trust';
import { BundleReader } from '#trust/node';
import { CertificateSource, EvidenceSource } from '#transparency';
import type { EvidenceAudience, EvidencePiece } from '#transparency';
import { AccountForDummies } from '../../../libs/transparency/src/application/account-for-dummies.ts';
import { AssembleEvidence } from '../../../libs/transparency/src/application/assemble-evidence.ts';
import { EvidenceRegistry } from '../../../libs/transparency/src/application/evidence-registry.ts';
import { PlatformTransparency } from '../../../libs/transparency/src/application/platform-transparency.ts';
import { RevealSeeds } from '../../../libs/transparency/src/application/reveal-seeds.ts';
import { openKeyStore } from '../../../libs/transparency/src/infrastructure/key-store.ts';
import { openLog } from '../../support/log-bench.ts';
import type { TestLog } from '../../support/log-bench.ts';
import { PLAIN_LOG } from '../../support/log-settings.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

const LOT = '8c0f8a56-6f5a-4c1e-9df0-0a3f9b1b2c3d';
const ENVELOPE = 40 * 2 ** 20;
const clock = new SystemClock();

let database: TestDatabase;
let dir: string;
let transparency: PlatformTransparency;
let registry: EvidenceRegistry;
let assemble: AssembleEvidence;
let log: TestLog;
let dummies: AccountForDummies;
let ticking: Promise<void>;
let stopped = false;

/** As a worker does, until the tests are over. */
async function keepTicking(): Promise<void> {
  while (!stopped) {
    await log.sequence.tick();
    await sleep(20);
  }
}
let outsider: { certificate: Certificate; chain: readonly Certificate[] };
let crl: Uint8Array;

class Parties extends CertificateSource {
  chainOf(fingerprint: string) {
    const { certificate, chain } = outsider;
    const known = fingerprint === certificate.fingerprint;
    return Promise.resolve(known ? [certificate, ...chain].map(({ der }) => der) : null);
  }
  crlOf(hash: string) {
    return Promise.resolve(hash === b64u.encode(sha256(crl)) ? crl : null);
  }
  trustedRoots() {
    return Promise.resolve(outsider.chain.map(({ der }) => der));
  }
}

/** A context's share: two logged records, a CLOSE that names a checkpoint and a CRL, and an envelope of 40 MiB. */
class Lot extends EvidenceSource {
  readonly name = 'trial';
  opened = 0;
  /** Bytes of the envelope that were asked for. */
  given = 0;
  constructor(private readonly files: readonly EvidencePiece[]) {
    super();
  }
  override stateOf(lotId: string) {
    return Promise.resolve(lotId === LOT ? ('available' as const) : ('unknown' as const));
  }
  async *contribute(_lotId: string, audience: EvidenceAudience): AsyncGenerator<EvidencePiece> {
    yield* this.files;
    const open = () => {
      this.opened++;
      this.given = 0;
      const give = (size: number) => (this.given += size);
      let left = ENVELOPE;
      const read = function (this: Readable) {
        setImmediate(() => {
          const size = Math.min(left, 65_536);
          left -= size;
          give(size);
          this.push(size === 0 ? null : Buffer.alloc(size, left % 251));
        });
      };
      return Promise.resolve(new Readable({ read }));
    };
    const e = audience === 'auditor' ? 'E1' : 'E0';
    yield { kind: 'stream', path: `envelopes/${'c'.repeat(43)}/${e}.sealed`, size: ENVELOPE, open };
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), 'evidence-'));
  const now = clock.now();
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY) };
  const ca = await createDevelopmentCa({ name: 'Outside', ...validity });
  outsider = await ca.issueSigner({ subject: { person: 'agency' }, ...validity });
  const fields = { number: 1, thisUpdate: addMs(now, -DAY), nextUpdate: addMs(now, DAY), revoked: [] };
  crl = (await ca.issueCrl(fields)).der;
  const base = { role: 'all', dataDir: dir, keysDir: join(dir, 'keys') } as const;
  const keys = await openKeyStore(
    { ...base, publicUrl: 'http://localhost:3000', demo: true, production: false },
    PLAIN_LOG,
    clock,
  );
  log = openLog(database.unitOfWork, await FileBlobStore.open(dir), keys.log);
  ticking = keepTicking();
  registry = new EvidenceRegistry();
  const { unitOfWork } = database;
  const { store, read } = log;
  const reveals = new RevealSeeds(unitOfWork, log.batches, log.seeds);
  transparency = new PlatformTransparency({
    unitOfWork,
    clock,
    keys,
    store,
    read,
    evidence: registry,
    reveals,
  });
  transparency.registerCertificateSource(new Parties());
  dummies = new AccountForDummies(unitOfWork, store, log.batches, log.seeds, read);
  assemble = new AssembleEvidence(read, registry, transparency, dummies);
});
afterAll(async () => {
  stopped = true;
  await ticking;
  await database.close();
  await rm(dir, { recursive: true });
});

async function records(): Promise<EvidencePiece[]> {
  const first = await transparency.latestCheckpoint();
  const record = { type: 'close', checkpoint: first.text, crls: [b64u.encode(sha256(crl))] };
  const close = await transparency.signAs('platform', 'close', record);
  const noticed = { type: 'notice', lot: LOT };
  const signer = outsider.certificate.fingerprint;
  const notice = { record: noticed, signatures: [{ signer, sig: 'AAAA' }] };
  const logged = [
    { type: 'close', hash: hashText('close', record) },
    { type: 'notice', hash: hashText('notice', noticed) },
    { type: 'shares', hash: b64u.encode(new Uint8Array(randomBytes(32))) },
  ] as const;
  await database.unitOfWork.run(async (tx) => {
    for (const { hash } of logged) await transparency.append(tx, hash);
  });
  return [
    { kind: 'file', path: 'close.json', bytes: canonicalBytes(close), logged: logged[0] },
    { kind: 'file', path: 'notices/1.json', bytes: canonicalBytes(notice), logged: logged[1] },
    { kind: 'logged', ...logged[2] },
  ];
}

async function written(audience: EvidenceAudience, name: string): Promise<string> {
  const result = await assemble.run(LOT, audience, ['evidence.full']);
  if (!result.ok) throw new Error(result.error.code);
  const file = join(dir, name);
  await pipeline(result.value, createWriteStream(file));
  return file;
}

interface Proofs {
  leaves: { hash: string; type: string; blind: string; index: number; proof: string[] }[];
  checkpoints: { text: string; proof: string[] }[];
}

describe('the evidence bundle', () => {
  let lot: Lot;
  beforeAll(async () => {
    await log.sequence.tick();
    await database.unitOfWork.run((tx) => transparency.append(tx, hashText('other', {})));
    lot = new Lot(await records());
    transparency.registerEvidenceSource(lot);
  });

  it('is canonical, complete, and proves every record from the pinned trust file alone', async () => {
    const file = await written('public', 'public.zip');
    const trust = await transparency.trustFile();
    const reader = await BundleReader.open(file);
    const json = async (path: string) =>
      JSON.parse(Buffer.from(await reader.bytes(path, 2 ** 20)).toString('utf8')) as unknown;
    expect(await reader.findDeviation()).toBeNull();
    const index = (await json('bundle.json')) as { files: { path: string; size: number; sha256: string }[] };
    expect(index).toMatchObject({ type: 'bundle', version: 1, lot: LOT, audience: 'public' });
    const listed = (files: readonly { path: string; size: number }[]) =>
      files.map(({ path, size }) => ({ path, size }));
    expect(listed(index.files)).toEqual(listed(reader.entries.slice(0, -1)));
    for (const { path, sha256: expected } of index.files) {
      const hash = createHash('sha256');
      for await (const chunk of await reader.read(path)) hash.update(chunk as Buffer);
      expect({ path, sha256: hash.digest('base64url') }).toEqual({ path, sha256: expected });
    }
    const key = parseVkey(trust.log);
    const head = openCheckpoint(Buffer.from(await reader.bytes('log/checkpoint', 9000)).toString(), key);
    const { leaves, checkpoints } = (await json('log/proofs.json')) as Proofs;
    expect(leaves.map(({ type }) => type).sort()).toEqual(['close', 'notice', 'shares']);
    for (const { hash, blind, index: at, proof } of leaves) {
      const leaf = leafHash(blindedLeaf(b64u.decode(hash), b64u.decode(blind)));
      const claim = { ...head, index: at, leaf, proof: proof.map(b64u.decode) };
      expect(verifyInclusion(claim)).toBe(true);
    }
    expect(checkpoints).toHaveLength(1);
    for (const { text, proof } of checkpoints) {
      const { size, root } = openCheckpoint(text, key);
      const claim = { size1: size, root1: root, size2: head.size, root2: head.root };
      if (size > 0) expect(verifyConsistency({ ...claim, proof: proof.map(b64u.decode) })).toBe(true);
    }
    const certificates = new Map<string, Certificate>();
    for (const { path } of reader.entries.filter((entry) => entry.path.endsWith('.der'))) {
      const parsed = parseCertificate(await reader.bytes(path, 2 ** 16));
      if (!parsed.ok) throw new Error(path);
      expect(path).toBe(`certificates/${parsed.value.fingerprint}.der`);
      certificates.set(parsed.value.fingerprint, parsed.value);
    }
    expect(certificates.has(outsider.certificate.fingerprint)).toBe(true);
    const close = (await json('close.json')) as Parameters<typeof verifySigned>[1];
    const [signer] = verifySigned('close', close, (fingerprint) => certificates.get(fingerprint));
    expect(trust.platform).toContain(signer?.fingerprint);
    expect(reader.has(`crls/${b64u.encode(sha256(crl))}.crl`)).toBe(true);
    reader.close();
  });

  it('never holds an envelope whole, and opens it only when its turn comes', async () => {
    const result = await assemble.run(LOT, 'public', []);
    if (!result.ok) throw new Error(result.error.code);
    const before = lot.opened;
    let seen = 0;
    let held = 0;
    for await (const chunk of result.value) {
      seen += (chunk as Buffer).length;
      if (lot.opened > before) held = Math.max(held, lot.given - seen);
    }
    expect(seen).toBeGreaterThan(ENVELOPE);
    expect(lot.opened).toBe(before + 1);
    expect(held).toBeLessThan(2 ** 20);
  });

  it('gives the full bundle only with the permission', async () => {
    expect(await assemble.run(LOT, 'auditor', [])).toMatchObject({
      ok: false,
      error: { code: 'TRANSPARENCY.EVIDENCE_RESTRICTED' },
    });
    const reader = await BundleReader.open(await written('auditor', 'auditor.zip'));
    expect(reader.has(`envelopes/${'c'.repeat(43)}/E1.sealed`)).toBe(true);
    reader.close();
  });

  it('is not made when something that a record names is missing', async () => {
    const broken = (piece: EvidencePiece) => {
      const other = new EvidenceRegistry();
      other.registerCertificates(new Parties());
      other.register(new Lot([piece]));
      return new AssembleEvidence(assemble['read'], other, transparency, dummies).run(LOT, 'public', []);
    };
    const hash = 'A'.repeat(43);
    const file = (value: unknown): EvidencePiece => ({
      kind: 'file',
      path: 'x.json',
      bytes: canonicalBytes(value),
    });
    await expect(broken({ kind: 'logged', type: 'close', hash })).rejects.toThrow('not in the log');
    await expect(broken(file({ record: {}, signatures: [{ signer: hash, sig: '' }] }))).rejects.toThrow(
      'signer of the evidence is unknown',
    );
    await expect(broken(file({ record: { type: 'close', crls: [hash] } }))).rejects.toThrow(
      'revocation list',
    );
    await expect(broken({ kind: 'file', path: 'x.json', bytes: Buffer.from('{ "a": 1 }') })).rejects.toThrow(
      'not canonical',
    );
  });
});

describe('what the platform signs', () => {
  it('stamps with the clock of the database and another random serial each time', async () => {
    const hash = sha256(new Uint8Array([1]));
    const { tsa } = await transparency.trustFile();
    const roots = tsa.flatMap((pem) => {
      const parsed = parsePem(pem);
      return parsed.ok ? parsed.value : [];
    });
    const serials = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const verified = verifyTimestampToken(await transparency.timestamp(hash), hash, { roots });
      if (!verified.ok) throw new Error(verified.error.code);
      serials.add(verified.value.serial);
      expect(Math.abs(verified.value.time - clock.now())).toBeLessThan(5000);
    }
    expect(serials.size).toBe(3);
  });

  it('knows its upload tokens, and no other', () => {
    const [c, d] = ['A'.repeat(43), 'B'.repeat(42) + 'A'];
    const token = transparency.uploadToken(c);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(transparency.uploadTokenHolds(c, token)).toBe(true);
    for (const [of, wrong] of [
      [d, token],
      [c, ''],
      [c, `${token}A`],
      [c, transparency.uploadToken(d)],
    ] as const)
      expect(transparency.uploadTokenHolds(of, wrong)).toBe(false);
  });
});
