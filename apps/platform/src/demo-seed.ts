import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { addMs, DAY, formatInstant, HOUR, instant, MINUTE, Settings, unwrap } from '#kernel';
import type { Instant } from '#kernel';
import { InstallOperator, KeepAuthorities, Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import { createDevelopmentCa, generateKeyPair, softwareSigner, toPem } from '#trust';
import type { DevelopmentCa, Signer } from '#trust';
import { writePkcs12 } from '#trust/node';
import { DemoPerson } from './demo-person.ts';

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

/** Twenty legal days pass in half an hour; the five-minute window in half a minute. */
const ACCELERATION = { periods: 960, waits: 10 };

const METHOD = {
  kind: 'lowest-evaluated-price',
  controlPrice: '9800000.00',
  basePeriodDays: 180,
  lateDayBasisPoints: 5,
  earlyDayBasisPoints: 2,
  maxPeriodDays: 240,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
};

const DOCUMENT = `招标文件（示范）

项目：示范区道路改造工程，一标段
评标办法：经评审的最低投标价法；最高投标限价 9,800,000.00 元；工期 180 日历天
开标：投标截止后由密钥受托人在线解密（20号令30），五席三签
`;

/**
 * On the very first start of a demonstration: a development authority, organisations with certificates, and one
 * accelerated tender. Everything after the authority and the operator goes through the public API at `url`, as
 * people would do it. Null when the platform has been used before. The application must be listening.
 */
export async function seedDemo(app: NestExpressApplication, url: string): Promise<DemoSeed | null> {
  const settings = app.get(Settings, { strict: false });
  if (!settings.demo) return null;
  const trusted = await app.get(Parties, { strict: false }).trustedRoots();
  if (trusted.length > 0) return readSeed(settings.dataDir);
  const unitOfWork = app.get(UnitOfWork, { strict: false });
  const now = wholeSecond(await unitOfWork.run((tx) => tx.now()));
  const folder = identityFolder(settings.dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ca = await trustAuthority(app, now);
  const password = randomBytes(9).toString('base64url');
  const { identities, people } = await enrolPeople(app, url, { ca, now, folder, password });
  const lotId = await publishTender(people, await unitOfWork.run((tx) => tx.now()));
  const seed: DemoSeed = { folder, password, identities, lotId };
  await writeWhole(join(folder, 'identities.json'), JSON.stringify(seed, null, 2));
  return seed;
}

const identityFolder = (dataDir: string): string => join(dataDir, 'demo', 'identities');

/** Certificates state whole seconds. */
const wholeSecond = (at: Instant): Instant => instant(Math.floor(at / 1000) * 1000);

/** What an earlier start seeded; null on a platform that was never a demonstration. */
async function readSeed(dataDir: string): Promise<DemoSeed | null> {
  try {
    return JSON.parse(await readFile(join(identityFolder(dataDir), 'identities.json'), 'utf8')) as DemoSeed;
  } catch {
    return null;
  }
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content, { mode: 0o600 });
  await rename(`${path}.part`, path);
}

/** Its list says that nothing is revoked, for as long as the certificates live. */
async function trustAuthority(app: NestExpressApplication, now: Instant): Promise<DevelopmentCa> {
  const ca = await createDevelopmentCa({
    name: 'Demonstration root',
    notBefore: addMs(now, -HOUR),
    notAfter: addMs(now, 730 * DAY),
  });
  const authorities = app.get(KeepAuthorities, { strict: false });
  const pem = toPem([ca.certificate]);
  await authorities.trust({ pem, label: '演示用证书机构 / demonstration only', development: true }, null, '');
  const list = { number: 1, thisUpdate: addMs(now, -HOUR), nextUpdate: addMs(now, 365 * DAY), revoked: [] };
  await authorities.storeCrl({ der: (await ca.issueCrl(list)).der }, null, '');
  return ca;
}

interface Issuing {
  readonly ca: DevelopmentCa;
  readonly now: Instant;
  readonly folder: string;
  readonly password: string;
}

async function enrolPeople(app: NestExpressApplication, url: string, issuing: Issuing) {
  const identities: DemoIdentity[] = [];
  const people = new Map<string, DemoPerson>();
  for (const [index, { name, organisation, role, person }] of PEOPLE.entries()) {
    const creditCode = `91440000${String(index + 1).padStart(10, '0')}`;
    const { signer, p12 } = await issueKeyFile(issuing, { name, organisation, creditCode, person });
    if (role === 'operator')
      await app.get(InstallOperator, { strict: false }).run({ creditCode, name: organisation });
    const someone = new DemoPerson(url, creditCode, signer);
    await someone.enrol(role);
    if (role !== 'operator' && role !== 'bidder')
      await people.get('centre')?.post(`/organisations/${creditCode}/roles/${role}/approval`);
    await someone.signIn();
    people.set(name, someone);
    identities.push({ name, organisation, creditCode, role, p12, password: issuing.password });
  }
  return { identities, people };
}

async function issueKeyFile(
  { ca, now, folder, password }: Issuing,
  subject: { name: string; organisation: string; creditCode: string; person: string },
): Promise<{ signer: Signer; p12: string }> {
  const { name, organisation, creditCode, person } = subject;
  const { spki, pkcs8 } = await generateKeyPair('ecdsa-p256');
  const { certificate, chain } = await ca.issue({
    subject: { organisation, creditCode, person },
    notBefore: addMs(now, -HOUR),
    notAfter: addMs(now, 365 * DAY),
    publicKey: spki,
  });
  const p12 = join(folder, `${name}.p12`);
  await writeWhole(p12, writePkcs12({ pkcs8, certificate, chain }, password, `${organisation} ${person}`));
  return { signer: unwrap(await softwareSigner(pkcs8, certificate, chain)), p12 };
}

async function publishTender(people: ReadonlyMap<string, DemoPerson>, now: Instant): Promise<string> {
  const [agency, tenderee, regulator] = ['agency', 'tenderee', 'regulator'].map((name) => people.get(name));
  if (!agency || !tenderee || !regulator) throw new RangeError('the demonstration has no agency');
  const project = await agency.post<{ id: string }>('/projects', {
    name: '示范区道路改造工程',
    kind: 'engineering',
    level: 'district',
    tenderee: tenderee.creditCode,
    regulator: regulator.creditCode,
  });
  const lot = await agency.post<{ id: string }>(`/projects/${project.id}/lots`, {
    name: '一标段',
    estimate: '9900000.00',
    method: METHOD,
    documentsFrom: formatInstant(now),
    documentsUntil: formatInstant(addMs(now, 40 * MINUTE)),
    deadline: formatInstant(addMs(now, 45 * MINUTE)),
    acceleration: ACCELERATION,
  });
  await agency.put(`/lots/${lot.id}/documents/${encodeURIComponent('招标文件.txt')}`, DOCUMENT);
  const draft = { kind: 'notice', summary: '演示标段：时间已加速，仅用于演示。' };
  const { record } = await agency.post<{ record: object }>(`/lots/${lot.id}/notices/draft`, draft);
  await agency.post(`/lots/${lot.id}/notices`, { signed: await agency.sign('notice', record) });
  return lot.id;
}
