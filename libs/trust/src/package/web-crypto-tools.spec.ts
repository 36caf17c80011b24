/** What the browser uses, WebCrypto, against what Node uses: the same bytes both ways. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLot, sheetOf } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { b64u, canonicalBytes } from '../encoding/index.ts';
import { readPackage, readSecrets, sealPackage, sealedFileOf, selfTestHere } from '../node/index.ts';
import { nodeContentHash } from '../node/node-tools.ts';
import { InlineEngine } from '../node/segment-engine.ts';
import type { Signer } from '../pki/index.ts';
import type { EnvelopeName } from '../records/index.ts';
import { LeafHasher } from '../seal/leaf-hasher.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import { readPackageRecords } from './package-secrets.ts';
import type { FileToSeal, OpenedOriginal, SealedBytes, SealedTarget, SegmentEngine } from './ports.ts';
import { sealBid } from './seal-bid.ts';
import type { SealedBid } from './seal-bid.ts';
import { PLAIN_SEGMENT_BYTES, SEALED_SEGMENT_BYTES } from './segments.ts';
import { selfTestBid } from './self-test-bid.ts';
import type { PackageToTest, SelfTestReport } from './self-test-bid.ts';
import { sameBytes } from './same-bytes.ts';
import {
  WebCryptoEngine,
  WebCryptoLeaves,
  webCryptoContentHash,
  webCryptoOpening,
} from './web-crypto-tools.ts';

const MIB = 1024 * 1024;

async function feed(update: (bytes: Uint8Array) => Promise<void> | void, bytes: Uint8Array, piece: number) {
  for (let at = 0; at < bytes.length; at += piece) await update(bytes.subarray(at, at + piece));
}

it.each([0, 1, 511, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 7])(
  'lists a file of %i bytes by the same hash, whatever pieces it comes in',
  async (size) => {
    const bytes = randomBytes(size);
    for (const piece of [100_000, 4 * MIB]) {
      const [web, node] = [webCryptoContentHash(size), nodeContentHash(size)];
      await feed((part) => web.update(part), bytes, piece);
      await feed((part) => node.update(part), bytes, piece);
      const found = await web.finish();
      expect(found).toEqual(await node.finish());
      if (size <= MIB)
        expect(found).toEqual({ sha256: createHash('sha256').update(bytes).digest('base64url') });
      else expect(Object.keys(found)).toEqual(['root']);
    }
  },
);

it('hashes leaves as the tree does, one ciphertext after another', async () => {
  const leaves = new WebCryptoLeaves();
  for (const size of [0, 5, 2 * MIB, 2 * MIB + 5]) {
    const bytes = randomBytes(size);
    await feed((part) => leaves.update(part), bytes, 300_001);
    const plain = new LeafHasher(() => createHash('sha256'));
    plain.update(bytes);
    expect(rootOfLeaves(await leaves.finish())).toEqual(rootOfLeaves(plain.finish()));
  }
});

describe.each([
  ['P256', 32],
  ['SM', 16],
] as const)('the chunk cipher of suite %s', (suite, keyBytes) => {
  const key = randomBytes(keyBytes);
  const baseNonce = randomBytes(12);
  async function run(
    engine: SegmentEngine,
    mode: 'seal' | 'open',
    pieces: Uint8Array[],
  ): Promise<Uint8Array[]> {
    engine.start({ mode, suite, key, baseNonce });
    // All at once, as the pipe does: the chunks must be numbered in the order of the calls.
    return Promise.all(
      pieces.map(async (piece, i) => {
        const buffers = engine.newBuffers();
        new Uint8Array(buffers.input).set(piece);
        const { written } = await engine.run(buffers, piece.length, i === pieces.length - 1);
        return new Uint8Array(buffers.output).slice(0, written);
      }),
    );
  }

  it.each([0, 16_383, 16_384, 100_000])(
    'seals two segments and %i bytes as Node does, and opens them',
    async (rest) => {
      const plain = [randomBytes(PLAIN_SEGMENT_BYTES), randomBytes(PLAIN_SEGMENT_BYTES), randomBytes(rest)];
      const sealed = await run(new WebCryptoEngine(), 'seal', plain);
      expect(sealed.map((piece) => piece.length).slice(0, 2)).toEqual([
        SEALED_SEGMENT_BYTES,
        SEALED_SEGMENT_BYTES,
      ]);
      const node = await run(new InlineEngine(), 'seal', plain);
      expect(Buffer.concat(sealed).equals(Buffer.concat(node))).toBe(true);
      const opened = await run(new WebCryptoEngine(), 'open', sealed);
      expect(Buffer.concat(opened).equals(Buffer.concat(plain))).toBe(true);
    },
  );

  it('opens nothing that was changed or cut', async () => {
    const [sealed] = await run(new WebCryptoEngine(), 'seal', [randomBytes(20_000)]);
    const changed = Uint8Array.from(sealed!);
    changed[17_000] = (changed[17_000] ?? 0) ^ 1;
    await expect(run(new WebCryptoEngine(), 'open', [changed])).rejects.toMatchObject({ code: 'SEAL.CHUNK' });
    for (const cut of [16_400 + 5, 3])
      await expect(run(new WebCryptoEngine(), 'open', [sealed!.subarray(0, cut)])).rejects.toMatchObject({
        code: 'SEAL.TRUNCATED',
      });
    await expect(new WebCryptoEngine().run(new InlineEngine().newBuffers(), 1, true)).rejects.toMatchObject({
      code: 'SEAL.CHUNK',
    });
  });
});

it('compares bytes whether they lie on a word or not', () => {
  const bytes = randomBytes(1003);
  const copy = new Uint8Array(2008);
  for (const offset of [0, 1, 4]) {
    copy.set(bytes, offset);
    expect(sameBytes(bytes, copy.subarray(offset, offset + 1003))).toBe(true);
    for (const at of [0, 500, 1002]) {
      const other = copy.slice(offset, offset + 1003);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(sameBytes(bytes, other)).toBe(false);
    }
    expect(sameBytes(bytes, copy.subarray(offset, offset + 1002))).toBe(false);
  }
});

describe('a package', () => {
  let folder: string;
  let lot: LotFixture;
  let bidder: Signer;
  const big = randomBytes(9 * MIB + 12_345);
  const store = new Map<EnvelopeName, Uint8Array[]>();

  const memory = (bytes: Uint8Array): OpenedOriginal => ({
    size: bytes.length,
    read: (into, at) => {
      const piece = bytes.subarray(at, at + into.length);
      into.set(piece);
      return Promise.resolve(piece.length);
    },
    close: () => Promise.resolve(),
  });
  const target = (e: EnvelopeName): Promise<SealedTarget> => {
    const pieces: Uint8Array[] = [];
    store.set(e, pieces);
    return Promise.resolve({
      write: (bytes) => Promise.resolve(void pieces.push(bytes.slice())),
      sync: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  };
  const sealedOf = (bytes: Uint8Array): SealedBytes => ({
    open: () => {
      let at = 0;
      return Promise.resolve({
        read: (into) => {
          const piece = bytes.subarray(at, at + into.length);
          into.set(piece);
          at += piece.length;
          return Promise.resolve(piece.length);
        },
        close: () => Promise.resolve(),
      });
    },
  });
  const files = (): Partial<Record<EnvelopeName, readonly FileToSeal[]>> => ({
    E0: [{ path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheetOf(bidder)) } }],
    E1: [{ path: '技术标/图纸.bin', from: { open: () => Promise.resolve(memory(big)) } }],
  });
  let sealed: SealedBid;
  let progress = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glasshall-web-'));
    lot = await makeLot();
    bidder = await lot.bidder(1);
    sealed = await sealBid(
      {
        engine: new WebCryptoEngine(),
        leaves: new WebCryptoLeaves(),
        contentHash: webCryptoContentHash,
        onProgress: (bytes) => (progress += bytes),
      },
      {
        lotKey: lot.lotKey,
        documents: lot.documents,
        envelopes: files(),
        signer: bidder,
        supersedes: null,
        machine: b64u.encode(new Uint8Array(32)),
      },
      { createEnvelope: target, placeOf: () => null },
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('that WebCrypto sealed passes the self-test of the command line', async () => {
    for (const [e, pieces] of store) await writeFile(sealedFileOf(folder, e), Buffer.concat(pieces));
    await writeFile(join(folder, 'commit.json'), canonicalBytes(sealed.commit));
    await writeFile(join(folder, 'lotkey.json'), canonicalBytes(lot.lotKey));
    await writeFile(join(folder, 'private.json'), canonicalBytes(sealed.secrets));
    expect(await selfTestHere(folder)).toMatchObject({ ok: true, c: sealed.c, files: 2, dealings: 3 });
    expect(progress).toBeGreaterThanOrEqual(big.length);
  });

  async function testHere(path: string, original: Uint8Array | null): Promise<SelfTestReport> {
    const bytes = new Map<EnvelopeName, Uint8Array>();
    const { commit } = await readPackage(path);
    for (const { e } of commit.envelopes) bytes.set(e, await readFile(sealedFileOf(path, e)));
    const [commitBytes, lotKeyBytes] = await Promise.all(
      ['commit.json', 'lotkey.json'].map(async (name) => new Uint8Array(await readFile(join(path, name)))),
    );
    return selfTestBid(async (): Promise<PackageToTest> => ({
      records: readPackageRecords(commitBytes!, lotKeyBytes!),
      secrets: await readSecrets(path),
      opener: { tools: webCryptoOpening, sealed: (e) => sealedOf(bytes.get(e)!) },
      original: (file) =>
        Promise.resolve(original && file.path.endsWith('图纸.bin') ? memory(original) : null),
    }));
  }

  it('that Node sealed passes the self-test over WebCrypto, by bytes and by hash', async () => {
    const from = { file: join(folder, 'big.bin') };
    await writeFile(from.file, big);
    const { E0 } = files();
    const made = await sealPackage({
      lotKey: lot.lotKey,
      documents: lot.documents,
      envelopes: {
        E0: E0 as { path: string; from: { bytes: Uint8Array } }[],
        E1: [{ path: '技术标/图纸.bin', from }],
      },
      signer: bidder,
      supersedes: null,
      outDir: join(folder, 'node'),
    });
    for (const original of [big, null])
      expect(await testHere(made.folder, original)).toMatchObject({ ok: true, c: made.c, files: 2 });
    const other = Uint8Array.from(big);
    other[5 * MIB] = (other[5 * MIB] ?? 0) ^ 1;
    expect(await testHere(made.folder, other)).toMatchObject({ ok: false, code: 'SEAL.DIFFERS' });
  });

  it('is refused over WebCrypto when a byte of it is flipped', async () => {
    const file = sealedFileOf(folder, 'E1');
    const bytes = await readFile(file);
    bytes[6 * MIB] = (bytes[6 * MIB] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await testHere(folder, big)).toMatchObject({ ok: false, code: 'SEAL.ROOT', c: sealed.c });
  });
});
