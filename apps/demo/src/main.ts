/**
 * `npm run demo`: one whole tender over HTTP, on real files, with the platform, two witnesses of its log, the trustees and
 * the bidders as processes of their own; then everything is verified from the evidence file alone. Exit 0 only if all of it holds.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '#kernel';
import type { Instant } from '#kernel';
import { edPublicKey, formatVkey } from '#trust';
import type { VerificationReport } from '#trust';
import { Actor } from './actor.ts';
import { Bidder } from './bidder.ts';
import type { Offer } from './bid-files.ts';
import { mustGlasshall } from './glasshall.ts';
import { readPeople } from './people.ts';
import type { People, Person } from './people.ts';
import { PlatformProcess } from './platform-process.ts';
import { Steps } from './steps.ts';
import { patienceOf, Tender } from './tender.ts';
import { TrusteeProcess } from './trustee-process.ts';
import { WitnessProcess } from './witness-process.ts';

const FOLDER = resolve(process.env['DEMO_DIR'] ?? '.glasshall/demo');
const KB = 1024;
const MB = 1024 * KB;
const clock = new SystemClock();

/** Six offers in time (one of them replaced), one withdrawn, one too late. Sizes from about 1 KB to 50 MB. */
const OFFERS: readonly (Omit<Offer, 'bidder' | 'creditCode'> & { readonly by: string })[] = [
  { by: 'bidder-1', price: '9120000.00', periodDays: 180, technicalBytes: 1 * KB },
  { by: 'bidder-2', price: '9055500.00', periodDays: 196, technicalBytes: 300 * KB },
  { by: 'bidder-3', price: '9380000.00', periodDays: 150, technicalBytes: 5 * MB },
  { by: 'bidder-4', price: '9238000.00', periodDays: 175, technicalBytes: 50 * MB },
  { by: 'bidder-5', price: '9410000.00', periodDays: 170, technicalBytes: 2 * MB },
  { by: 'bidder-6', price: '9790000.00', periodDays: 180, technicalBytes: 900 * KB },
  { by: 'bidder-7', price: '8990000.00', periodDays: 185, technicalBytes: 60 * KB },
  { by: 'bidder-8', price: '8100000.00', periodDays: 180, technicalBytes: 20 * KB },
];
const REPLACES = 'bidder-5';
const WITHDRAWS = 'bidder-7';
const TOO_LATE = 'bidder-8';
/** Is not there at the opening and never signs in again: nothing may depend on it. */
const ABSENT = 'bidder-2';
/** Took its seat, and does not answer any more when the lot is opened. */
const MISSING_TRUSTEE = 'notary';

/** Run by other bodies than the platform; a quorum of both is asked for. */
const WITNESSES = ['witness-1', 'witness-2'] as const;
const LOG_ORIGIN = 'glasshall.demo.example/log';

const TRUSTEES = ['tenderee', 'agency', 'regulator', 'centre', 'notary'] as const;

interface Stage {
  readonly platform: PlatformProcess;
  readonly people: People;
  readonly trust: string;
  readonly trustees: Map<string, TrusteeProcess>;
  /** All periods and limits are this many times as long as on an idle machine. */
  readonly patience: number;
}

async function play(steps: Steps, stage: Stage): Promise<string> {
  const { platform, people, patience } = stage;
  const agency = await Actor.signIn(platform.url, people.of('agency'));
  const tender = await steps.take('agency registers the project and publishes the notice', () =>
    Tender.publish(agency, people.tenderParties(TRUSTEES), clock.now(), patience),
  );
  await steps.take('five trustees take their seats and sign the lot key (3 of 5 open)', () =>
    // In the log, under a checkpoint that the witnesses cosigned: no bidder seals before.
    until(
      'the lot key is signed and witnessed',
      patience,
      async () => (await agency.get<{ log: unknown }>(`/lots/${tender.lotId}/lotkey`)).log !== null,
    ),
  );
  const bidders = OFFERS.map((offer) => new Bidder(stage, tender.lotId, people.of(offer.by), offer, FOLDER));
  const of = (name: string): Bidder => bidders.find((bidder) => bidder.name === name) as Bidder;
  await steps.take('eight bidders write and seal their bids on their own machines', () =>
    inTurns(bidders, (bidder) => bidder.seal()),
  );
  const inTime = bidders.filter((bidder) => bidder.name !== TOO_LATE);
  await steps.take('seven upload; each has its receipts', () => inTurns(inTime, (bidder) => bidder.submit()));
  await steps.take(`${REPLACES} replaces its bid, ${WITHDRAWS} withdraws`, async () => {
    await of(REPLACES).replace({ price: '9020000.00', periodDays: 180 });
    await of(WITHDRAWS).withdraw();
  });
  await stage.trustees.get(MISSING_TRUSTEE)?.stop();
  steps.say(`trustee ${MISSING_TRUSTEE} goes away; ${ABSENT} is never seen again`);
  const deadline = await tender.deadline();
  await steps.take('the deadline passes', () => sleep(Math.max(0, deadline - clock.now() + 50)));
  await steps.take(`${TOO_LATE} is too late, and is told so with a signed receipt`, () =>
    of(TOO_LATE).isLate(),
  );
  await steps.take('CLOSE, the find-yourself window, and the opening by three of five', () =>
    until('every bid is open', 2 * patience, async () => (await opening(agency, tender.lotId)) === 'opened'),
  );
  await steps.take('the agency signs the opening record; it is published', () => tender.signOpeningRecord());
  await conclude(steps, tender, agency, patience);
  return tender.lotId;
}

async function conclude(steps: Steps, tender: Tender, agency: Actor, patience: number): Promise<void> {
  const report = await steps.take('evaluation by lowest evaluated price: the signed report', () =>
    retry(() => tender.report()),
  );
  for (const { rank, price, evaluatedPrice } of report.bids.filter((bid) => bid.rank !== null))
    steps.say(`  rank ${rank}: bid ${price}, evaluated ${evaluatedPrice}`);
  const publicity = await steps.take('candidates are public for three (accelerated) days', () =>
    retry(() => tender.publicise()),
  );
  const end = Date.parse(publicity.until) as Instant;
  await steps.take('the publicity ends', () => sleep(Math.max(0, end - clock.now() + 50)));
  const award = await steps.take('the award', () => tender.award());
  steps.say(`  ${award.bidder.name} wins at ${award.price}`);
  const path = `/lots/${tender.lotId}/result`;
  await until(
    'the award is public',
    patience,
    async () => (await agency.get<{ state: string }>(path)).state === 'awarded',
  );
}

const opening = async (actor: Actor, lotId: string): Promise<string> =>
  (await actor.get<{ state: string }>(`/lots/${lotId}/opening`)).state;

async function verify(steps: Steps, stage: Stage, lotId: string): Promise<void> {
  const evidence = join(FOLDER, 'evidence.zip');
  await steps.take('an outsider takes the evidence', () => download(stage.platform.url, lotId, evidence));
  const report = await steps.take('and verifies all of it offline', () =>
    mustGlasshall<VerificationReport>(['verify', evidence, '--trust', stage.trust]),
  );
  for (const { id, state, title } of report.checks) steps.say(`  ${id} ${state.padEnd(10)} ${title}`);
  if (report.verdict !== 'holds') throw new Error('the evidence does not verify');
}

/** The platform answers when a tick has taken the award in and the witnesses have cosigned that. */
async function download(url: string, lotId: string, file: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/lots/${lotId}/evidence`);
  if (!response.ok || !response.body)
    throw new Error(`evidence: ${response.status} ${await response.text()}`);
  await writeFile(file, response.body);
}

/** Asks until it holds, for half a minute times `patience`. */
async function until(what: string, patience: number, holds: () => Promise<boolean>): Promise<void> {
  const limitMs = 30_000 * patience;
  for (let waited = 0; waited < limitMs; waited += 200) {
    if (await holds()) return;
    await sleep(200);
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s`);
}

/** What follows a signed record elsewhere comes by an event, a moment later. */
async function retry<T>(work: () => Promise<T>, attempts = 50): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts) throw error;
      await sleep(200);
    }
  }
}

/** A few more at once than there are processors: each also waits for disk, network and its own self-test. */
async function inTurns<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...list];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: availableParallelism() + 2 }, worker));
}

async function startTrustees(
  platform: PlatformProcess,
  people: People,
  trust: string,
): Promise<Stage['trustees']> {
  const trustees = new Map<string, TrusteeProcess>();
  for (const name of TRUSTEES) {
    const person: Person = people.of(name);
    trustees.set(name, TrusteeProcess.start({ url: platform.url, trust, person, folder: FOLDER }));
  }
  return trustees;
}

/** The log's name and key are made first, so that its witnesses know whom they watch before it signs anything. */
async function startWitnesses(): Promise<{
  readonly witnesses: readonly WitnessProcess[];
  readonly settings: Readonly<Record<string, string>>;
}> {
  const secret = new Uint8Array(randomBytes(32));
  const keyFile = join(FOLDER, 'log.key');
  await writeFile(keyFile, secret, { mode: 0o600 });
  const log = formatVkey({ name: LOG_ORIGIN, publicKey: edPublicKey(secret) });
  const witnesses = await Promise.all(
    WITNESSES.map((name) => WitnessProcess.start(`${name}.demo.example`, join(FOLDER, name), log)),
  );
  const list = witnesses.map(({ vkey, url }) => `${vkey} ${url}`).join(';');
  const quorum = String(witnesses.length);
  return {
    witnesses,
    settings: { LOG_ORIGIN, LOG_KEY_FILE: keyFile, WITNESSES: list, WITNESS_QUORUM: quorum },
  };
}

async function main(): Promise<void> {
  const steps = new Steps();
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const { witnesses, settings } = await steps.take(
    'two witnesses of the log start, each with its own key',
    () => startWitnesses(),
  );
  try {
    await tell(steps, settings);
  } finally {
    await Promise.all(witnesses.map((witness) => witness.stop()));
  }
}

async function tell(steps: Steps, witnessing: Readonly<Record<string, string>>): Promise<void> {
  const startedAt = clock.now();
  const platform = await steps.take(
    'the platform starts, with a database and an object store of its own',
    () =>
      PlatformProcess.start(join(FOLDER, 'platform'), {
        DEMO: 'true',
        LOG_LEVEL: 'warn',
        ...witnessing,
      }),
  );
  let trustees: Stage['trustees'] = new Map();
  try {
    const people = await retry(() => readPeople(join(FOLDER, 'platform')), 150);
    const patience = patienceOf(clock.now() - startedAt);
    if (patience > 1) steps.say(`this machine is given ${patience.toFixed(1)} times as long for everything`);
    const trust = join(FOLDER, 'roots.json');
    await writeFile(trust, JSON.stringify(await Actor.visitor(platform.url).get('/trust'), null, 2));
    trustees = await startTrustees(platform, people, trust);
    const stage = { platform, people, trust, trustees, patience };
    const lotId = await play(steps, stage);
    await verify(steps, stage, lotId);
    steps.say(`all of it holds: ${join(FOLDER, 'evidence.zip')}, ${trust}`);
  } finally {
    await Promise.all([...trustees.values()].map((trustee) => trustee.stop()));
    await platform.stop();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
