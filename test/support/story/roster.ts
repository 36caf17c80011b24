import { mkdir } from 'node:fs/promises';
import { addMs, DAY, SystemClock } from '#kernel';
import { InstallOperator } from '#parties';
import { Transparency } from '#transparency';
import { createDevelopmentCa, toPem } from '#trust';
import type { DevelopmentCa, Signer, SuiteId } from '#trust';
import { parseConfig } from '../../../apps/platform/src/config.ts';
import { createApp } from '../../../apps/platform/src/create-app.ts';
import { testCreditCode } from '../lot-fixture.ts';
import { Caller } from './caller.ts';
import type { Door } from './caller.ts';

/** The five organisations that hold a seat each, in the order of the default seats. */
export const SEATS = ['tenderee', 'agency', 'regulator', 'operator', 'notary'] as const;
export type SeatRole = (typeof SEATS)[number];

/** Everybody's certificates: from one development authority that the platform is told to trust. */
export interface Roster {
  readonly ca: DevelopmentCa;
  readonly seats: Readonly<Record<SeatRole, Signer>>;
  readonly bidders: readonly Signer[];
}

const NAMES: Readonly<Record<SeatRole, string>> = {
  tenderee: '西湖区城建投资有限公司',
  agency: '正衡招标代理有限公司',
  regulator: '西湖区住房和城乡建设局',
  operator: '西湖区公共资源交易中心',
  notary: '西湖区公证处',
};

/** `suite`: whose keys all of them have, the authority too. */
export async function makeRoster(bidderNames: readonly string[], suite: SuiteId = 'P256'): Promise<Roster> {
  const now = new SystemClock().now();
  const keyType = suite === 'SM' ? ('sm2' as const) : ('ecdsa-p256' as const);
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 365 * DAY), keyType };
  const ca = await createDevelopmentCa({ name: 'Story root', ...validity });
  const issue = (number: number, organisation: string) =>
    ca.issueSigner({
      subject: { organisation, creditCode: testCreditCode(number), person: '王五' },
      ...validity,
    });
  const seats = await Promise.all(
    SEATS.map(async (role, at) => [role, await issue(at + 1, NAMES[role])] as const),
  );
  const bidders = await Promise.all(bidderNames.map((name, at) => issue(at + 101, name)));
  return { ca, seats: Object.fromEntries(seats) as Record<SeatRole, Signer>, bidders };
}

/** What whoever installs a platform does, once, beside it: names the trading centre and the trusted authority. */
export async function installPlatform(
  environment: Readonly<Record<string, string>>,
  roster: Roster,
): Promise<void> {
  await mkdir(environment['DATA_DIR'] ?? '', { recursive: true });
  const platform = await createApp(parseConfig({ ...environment, ROLE: 'all', LOG_LEVEL: 'fatal' }));
  try {
    await trustRoster(platform.app, roster);
  } finally {
    await platform.close();
  }
}

export async function trustRoster(
  app: { get<T>(token: abstract new (...args: never[]) => T): T },
  { ca, seats }: Roster,
): Promise<void> {
  const now = new SystemClock().now();
  const own = app.get(Transparency).developmentCa();
  const trusted = own ? [ca, own] : [ca];
  const roots = trusted.map((authority) => ({
    pem: toPem([authority.certificate]),
    label: authority === ca ? 'Story root' : 'Platform root',
    development: true,
  }));
  const validity = { thisUpdate: addMs(now, -1000), nextUpdate: addMs(now, 30 * DAY) };
  const crls = await Promise.all(
    trusted.map(async (authority) => (await authority.issueCrl({ number: 1, ...validity, revoked: [] })).der),
  );
  const { certificate, chain } = seats.operator;
  await app.get(InstallOperator).run({ roots, crls, operator: toPem([certificate, ...chain]) });
}

export interface People {
  readonly seats: Readonly<Record<SeatRole, Caller>>;
  readonly bidders: readonly Caller[];
}

/** Everybody enrols, the operator approves, everybody signs in. */
export async function enrolEverybody(door: Door, roster: Roster): Promise<People> {
  const callers = SEATS.map((role) => [role, new Caller(door, role, roster.seats[role])] as const);
  const seats = Object.fromEntries(callers) as Record<SeatRole, Caller>;
  for (const [role, caller] of callers) await caller.enrol([role]);
  await seats.operator.signIn();
  for (const [role, caller] of callers) {
    const creditCode = caller.signer?.certificate.holder.creditCode ?? '';
    if (role !== 'operator') await seats.operator.post(`/organisations/${creditCode}/roles/${role}/approval`);
    if (role !== 'operator') await caller.signIn();
  }
  const bidders = roster.bidders.map((signer, at) => new Caller(door, `bidder ${at + 1}`, signer));
  for (const bidder of bidders) {
    await bidder.enrol(['bidder']);
    await bidder.signIn();
  }
  return { seats, bidders };
}
