import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { addMs, DAY, HOUR, instant, Settings, unwrap } from '#kernel';
import type { Instant } from '#kernel';
import { InstallOperator, Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import {
  b64u,
  createDevelopmentCa,
  generateKeyPair,
  openDevelopmentCa,
  parseCertificate,
  toPem,
} from '#trust';
import type { DevelopmentCa, Signer } from '#trust';
import { loadSigner, writePkcs12 } from '#trust/key-file';
import { DemoPerson } from './demo-person.ts';
import { publishedTender, publishTender } from './demo-tender.ts';

/** One person of the demonstration, with the key file that signs in as it. */
export interface DemoIdentity {
  /** Also the file's name: `tenderee`, `bidder-3`. */
  readonly name: string;
  readonly organisation: string;
  readonly creditCode: string;
  readonly role: string;
  /** Absolute path of the PKCS#12 file. */
  readonly p12: string;
  readonly password: string;
}

export interface DemoSeed {
  /** `<dataDir>/demo/identities`: the .p12 files and identities.json, which lists them. */
  readonly folder: string;
  readonly password: string;
  readonly identities: readonly DemoIdentity[];
  readonly lotId: string;
}

const BIDDERS = 8;

const PEOPLE = [
  { name: 'centre', organisation: '示范区公共资源交易中心', role: 'operator', person: '陈运行' },
  { name: 'agency', organisation: '示范招标代理有限公司', role: 'agency', person: '王代理' },
  { name: 'tenderee', organisation: '示范区城市建设投资公司', role: 'tenderee', person: '李招标' },
  { name: 'regulator', organisation: '示范区住房和城乡建设局', role: 'regulator', person: '赵监督' },
  { name: 'notary', organisation: '示范市公证处', role: 'notary', person: '钱公证' },
  ...Array.from({ length: BIDDERS }, (_, index) => ({
    name: `bidder-${index + 1}`,
    organisation: `示范建设第${index + 1}工程有限公司`,
    role: 'bidder',
    person: `投标人${index + 1}`,
  })),
] as const;

/**
 * On the first start of a demonstration: a development authority, organisations with certificates, and one accelerated
 * tender. The operator is installed as a centre installs it; everything else goes through the public API at `url`, as
 * people would do it. Every step may be done again, and what the steps need is on disk before the first one: a start
 * after a kill goes on. Null on a platform that was used otherwise before. The application must be listening.
 */
export async function seedDemo(app: NestExpressApplication, url: string): Promise<DemoSeed | null> {
  const settings = app.get(Settings, { strict: false });
  if (!settings.demo) return null;
  const done = await readJson<DemoSeed>(seedFile(settings.dataDir));
  if (done) return done;
  const unitOfWork = app.get(UnitOfWork, { strict: false });
  const begun = await beginSeeding(app, settings.dataDir, await unitOfWork.run((tx) => tx.now()));
  if (!begun) return null;
  const { identities, people } = await enrolPeople(app, url, begun);
  const lotId =
    (await publishedTender(url)) ?? (await publishTender(people, await unitOfWork.run((tx) => tx.now())));
  const { folder, password } = begun;
  const seed: DemoSeed = { folder, password, identities, lotId };
  await writeWhole(seedFile(settings.dataDir), JSON.stringify(seed, null, 2));
  return seed;
}

/** Whom the seeding made; nobody before it is complete. */
export const seededIdentities = async (dataDir: string): Promise<readonly DemoIdentity[]> =>
  (await readJson<DemoSeed>(seedFile(dataDir)))?.identities ?? [];

/** What must outlive a kill: without the authority's key a later start could certify nobody. */
interface Seeding {
  readonly password: string;
  readonly startedAt: Instant;
  readonly authority: { readonly pkcs8: string; readonly certificate: string };
}

interface Issuing {
  readonly ca: DevelopmentCa;
  readonly now: Instant;
  readonly folder: string;
  readonly password: string;
}

/** Null where somebody else has installed this platform. */
async function beginSeeding(
  app: NestExpressApplication,
  dataDir: string,
  at: Instant,
): Promise<Issuing | null> {
  const folder = identityFolder(dataDir);
  const file = join(dataDir, 'demo', 'seeding.json');
  let seeding = await readJson<Seeding>(file);
  if (!seeding) {
    if ((await app.get(Parties, { strict: false }).trustedRoots()).length > 0) return null;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    seeding = await newSeeding(wholeSecond(at));
    await writeWhole(file, JSON.stringify(seeding));
  }
  const { password, startedAt, authority } = seeding;
  const certificate = unwrap(parseCertificate(b64u.decode(authority.certificate)));
  const ca = await openDevelopmentCa(b64u.decode(authority.pkcs8), certificate);
  return { ca, now: startedAt, folder, password };
}

async function newSeeding(now: Instant): Promise<Seeding> {
  const ca = await createDevelopmentCa({
    name: 'Demonstration root',
    notBefore: addMs(now, -HOUR),
    notAfter: addMs(now, 730 * DAY),
  });
  return {
    password: randomBytes(9).toString('base64url'),
    startedAt: now,
    authority: { pkcs8: b64u.encode(ca.pkcs8), certificate: b64u.encode(ca.certificate.der) },
  };
}

const identityFolder = (dataDir: string): string => join(dataDir, 'demo', 'identities');
/** Written last: it says that the seeding is complete. */
const seedFile = (dataDir: string): string => join(identityFolder(dataDir), 'identities.json');

/** Certificates state whole seconds. */
const wholeSecond = (at: Instant): Instant => instant(Math.floor(at / 1000) * 1000);

/** Null where there is no such file. Files are renamed into place: one that is there is whole. */
async function readJson<T>(path: string): Promise<T | null> {
  const bytes = await readIfThere(path);
  return bytes && (JSON.parse(bytes.toString('utf8')) as T);
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
}

async function enrolPeople(app: NestExpressApplication, url: string, issuing: Issuing) {
  const identities: DemoIdentity[] = [];
  const people = new Map<string, DemoPerson>();
  for (const [index, { name, organisation, role, person }] of PEOPLE.entries()) {
    const creditCode = `91440000${String(index + 1).padStart(10, '0')}`;
    const { signer, p12 } = await keyFile(issuing, { name, organisation, creditCode, person });
    const someone = new DemoPerson(url, creditCode, signer);
    if (role === 'operator') await installOperator(app, issuing, signer);
    else await someone.enrol(role);
    if (role !== 'operator' && role !== 'bidder')
      await people.get('centre')?.post(`/organisations/${creditCode}/roles/${role}/approval`);
    await someone.signIn();
    people.set(name, someone);
    identities.push({ name, organisation, creditCode, role, p12, password: issuing.password });
  }
  return { identities, people };
}

/** Its list says that nothing is revoked, for as long as the certificates live. */
async function installOperator(
  app: NestExpressApplication,
  { ca, now }: Issuing,
  { certificate, chain }: Signer,
): Promise<void> {
  const pem = toPem([ca.certificate]);
  const list = { number: 1, thisUpdate: addMs(now, -HOUR), nextUpdate: addMs(now, 365 * DAY), revoked: [] };
  await app.get(InstallOperator, { strict: false }).run({
    roots: [{ pem, label: '演示用证书机构 / demonstration only', development: true }],
    crls: [(await ca.issueCrl(list)).der],
    operator: toPem([certificate, ...chain]),
  });
}

/** The person's key file: of an earlier start, or made now. */
async function keyFile(
  issuing: Issuing,
  subject: { name: string; organisation: string; creditCode: string; person: string },
): Promise<{ signer: Signer; p12: string }> {
  const { folder, password } = issuing;
  const p12 = join(folder, `${subject.name}.p12`);
  if ((await readIfThere(p12)) === null) await writeWhole(p12, await issueKeyFile(issuing, subject));
  return { signer: unwrap(await loadSigner(new Uint8Array(await readFile(p12)), password)), p12 };
}

async function issueKeyFile(
  { ca, now, password }: Issuing,
  subject: { organisation: string; creditCode: string; person: string },
): Promise<Uint8Array> {
  const { organisation, creditCode, person } = subject;
  const { spki, pkcs8 } = await generateKeyPair('ecdsa-p256');
  const { certificate, chain } = await ca.issue({
    subject: { organisation, creditCode, person },
    notBefore: addMs(now, -HOUR),
    notAfter: addMs(now, 365 * DAY),
    publicKey: spki,
  });
  return await writePkcs12({ pkcs8, certificate, chain }, password, `${organisation} ${person}`);
}
