import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#kernel';
import { b64u, checkQuorum, cosignaturesOf, openCheckpoint, parseWitnessKey } from '#trust';
import { serveWitness } from '../../../apps/witness/src/serve-witness.ts';
import type { RunningWitness } from '../../../apps/witness/src/serve-witness.ts';
import { AskWitnesses } from '../../../libs/transparency/src/application/ask-witnesses.ts';
import { witnessTermsOf } from '../../../libs/transparency/src/application/transparency-settings.ts';
import type { WitnessSetting } from '#transparency';
import { CosignatureStore } from '../../../libs/transparency/src/infrastructure/cosignature-store.ts';
import { FileBlobStore } from '../../../libs/storage/src/file/file-blob-store.ts';
import { openLog, randomHash, testIdentity } from '../../support/log-bench.ts';
import type { TestLog } from '../../support/log-bench.ts';
import { SignedLog } from '../../support/signed-log.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

const identity = testIdentity('witnesses.spec');
let database: TestDatabase;
let dir: string;
let log: TestLog;
let one: RunningWitness;
let two: RunningWitness;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), 'witnesses-spec-'));
  log = openLog(database.unitOfWork, await FileBlobStore.open(join(dir, 'log')), identity);
  [one, two] = [await start('one'), await start('two')];
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await database.close();
  await rm(dir, { recursive: true });
});

async function start(name: string, port = 0): Promise<RunningWitness> {
  const witness = await serveWitness({
    folder: join(dir, name),
    name: `witness.example/${name}`,
    host: '127.0.0.1',
    port,
    logs: [identity],
    clock: new SystemClock(),
    warn: () => undefined,
  });
  closing.push(() => witness.close().catch(() => undefined));
  return witness;
}

const settingOf = ({ vkey, url }: RunningWitness): WitnessSetting => ({ vkey, url });
const asking = (...settings: readonly WitnessSetting[]) =>
  new AskWitnesses(database.unitOfWork, log.store, new CosignatureStore(), log.tiles, settings);
const termsOf = (quorum: number) => witnessTermsOf({ witnesses: [one, two].map(settingOf), quorum });
const pins = () => ({ q: 0, witnesses: [one, two].map(({ vkey }) => parseWitnessKey(vkey)) });

async function grow(): Promise<string> {
  const hash = randomHash();
  await log.append(hash);
  await log.settle();
  return hash;
}

describe('the witnesses of the log', () => {
  it('cosign every checkpoint, and receipts carry what they signed', async () => {
    const ask = asking(settingOf(one), settingOf(two));
    for (let round = 0; round < 3; round += 1) {
      const hash = await grow();
      expect(await log.read.receipt(hash, termsOf(1))).toBeNull();
      await ask.tick();
      const receipt = await log.read.receipt(hash, termsOf(2));
      expect(checkQuorum(receipt?.checkpoint ?? '', termsOf(2), pins())).toHaveLength(2);
      expect((await log.read.newest(termsOf(2)))?.text).toBe(receipt?.checkpoint);
      // Without terms it is the log's own word, as it was signed.
      expect((await log.read.receipt(hash))?.checkpoint).toBe((await log.read.latest())?.text);
    }
  });

  it('one that is away delays its quorum and nothing else, and the others meet on one checkpoint', async () => {
    const ask = asking(settingOf(one), settingOf(two));
    await grow();
    await ask.tick();
    const { url } = two;
    await two.close();
    const hash = await grow();
    await expect(ask.tick()).rejects.toThrow(/witness\.example\/two/);
    expect(await log.read.receipt(hash, termsOf(1))).not.toBeNull();
    expect(await log.read.receipt(hash, termsOf(2))).toBeNull();
    // It is left alone for a while, and that it is away is said once.
    await grow();
    await ask.tick();
    two = await start('two', Number(new URL(url).port));
    const later = await grow();
    // A process that has just started asks at once, and knows from the database where it was.
    await asking(settingOf(one), settingOf(two)).tick();
    const [late, early] = [
      await log.read.receipt(later, termsOf(2)),
      await log.read.receipt(hash, termsOf(2)),
    ];
    expect(checkQuorum(late?.checkpoint ?? '', termsOf(2), pins())).toHaveLength(2);
    expect(early?.checkpoint).toBe(late?.checkpoint);
  });

  it('a witness that has another idea of its size is told a proof from there', async () => {
    await grow();
    await asking(settingOf(one)).tick();
    const known = asking(settingOf(one));
    await known.tick();
    await grow();
    // Another process of the platform asks in between.
    await asking(settingOf(one)).tick();
    const hash = await grow();
    await known.tick();
    expect(await log.read.receipt(hash, termsOf(1))).not.toBeNull();
  });

  it('a witness that saw another history of this log never stands behind this one', async () => {
    const hash = await grow();
    const size = (await log.read.latest())?.size ?? 0;
    const fork = new SignedLog(identity.name, identity.secret).grow(size);
    const answer = await fetch(`${one.url}/add-checkpoint`, { method: 'POST', body: fork.request(0) });
    expect(answer.status).toBe(200);
    await expect(asking(settingOf(one), settingOf(two)).tick()).rejects.toThrow(/witness\.example\/one/);
    await grow();
    await expect(asking(settingOf(one), settingOf(two)).tick()).rejects.toThrow(/it answered 403/);
    expect(await log.read.receipt(hash, termsOf(2))).toBeNull();
    expect(await log.read.receipt(hash, termsOf(1))).not.toBeNull();
    const { logs } = (await (await fetch(one.url)).json()) as {
      logs: { refused: boolean; evidence: string }[];
    };
    expect(logs[0]?.refused).toBe(true);
    const evidence = await (await fetch(`${one.url}${logs[0]?.evidence ?? ''}`)).json();
    const { equivocation } = evidence as { equivocation: { cosigned: string; other: string } };
    const sizes = [equivocation.cosigned, equivocation.other].map(
      (note) => openCheckpoint(note, identity).size,
    );
    expect(sizes).toEqual([size, size]);
  });
});

describe('an answer of a witness that is none', () => {
  let server: Server;
  let said: { status: number; body: string };
  beforeEach(async () => {
    server = createServer((_request, response) => response.writeHead(said.status).end(said.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  });

  it.each([
    ['200 without a line', { status: 200, body: '' }],
    ['200 with what is no line', { status: 200, body: 'hello\n' }],
    [
      '200 with the line of another',
      { status: 200, body: `— stranger ${b64u.encode(new Uint8Array(76))}\n` },
    ],
    ['200 with a line that does not hold', { status: 200, body: 'forged' }],
    ['409 without a size', { status: 409, body: 'no\n' }],
    ['409 with a size beyond the log', { status: 409, body: '999999\n' }],
    ['409 with the size that was given', { status: 409, body: '0\n' }],
    ['more than a witness would say', { status: 200, body: 'x'.repeat(100_000) }],
    ['500', { status: 500, body: '' }],
  ])('is not kept: %s', async (_name, answer) => {
    said = answer;
    const hash = await grow();
    if (answer.body === 'forged') {
      // A genuine line, of another checkpoint.
      await asking(settingOf(two)).tick();
      const [line = ''] = ((await log.read.newest(termsOf(1)))?.text ?? '').trimEnd().split('\n').slice(-1);
      said = { status: 200, body: `${line}\n` };
      const { vkey } = two;
      const other = await grow();
      const { port } = server.address() as AddressInfo;
      await expect(asking({ vkey, url: `http://127.0.0.1:${String(port)}` }).tick()).rejects.toThrow('two');
      expect(await log.read.receipt(other, termsOf(1))).toBeNull();
      return;
    }
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${String(port)}`;
    await expect(asking({ vkey: one.vkey, url }).tick()).rejects.toThrow('one');
    expect(await log.read.receipt(hash, termsOf(1))).toBeNull();
    expect(cosignaturesOf((await log.read.latest())?.text ?? '', pins().witnesses)).toEqual([]);
  });
});
