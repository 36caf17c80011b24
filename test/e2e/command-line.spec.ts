/**
 * One tender through `glasshall` alone, as bidders and trustees type it: every command is a process of a copy of its
 * folder, far from any package, and everything that it prints is held against the schema that docs/CLI.md gives for it.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Actor } from '../../apps/demo/src/actor.ts';
import { readPeople } from '../../apps/demo/src/people.ts';
import type { People } from '../../apps/demo/src/people.ts';
import { DAY, formatInstant, instant, SystemClock } from '#kernel';
import { keyDestroyed, parseRecord, signed } from '#trust';
import { runBuilt } from '../support/command.ts';
import type { CommandResult } from '../support/command.ts';
import { ensureBuilt, platformHome, PlatformProcess } from '../support/story/platform-process.ts';
import type { PlatformHome } from '../support/story/platform-process.ts';

const SEATS = ['tenderee', 'agency', 'regulator'] as const;
/** A slow machine needs more time for the same commands. */
const PATIENCE = Math.max(1, Number(process.env['DEMO_PATIENCE'] ?? '1') || 1);
const BIDDING_MS = 170_000 * PATIENCE;
const ACCELERATION = { periods: Math.ceil((20 * DAY) / (BIDDING_MS - 5_000)), waits: 60 };
const clock = new SystemClock();

let home: PlatformHome;
let platform: PlatformProcess;
let people: People;
let agency: Actor;
let lot: string;
let deadline: number;
const at = (...path: string[]): string => join(home.dataDir, 'cli', ...path);

/** The JSON Schema under each command's heading. */
const documented = new Map(
  readFileSync('docs/CLI.md', 'utf8')
    .split(/^## glasshall /m)
    .slice(1)
    .map((section) => {
      const [, json = ''] = /^```json\n(.*?)^```$/ms.exec(section) ?? [];
      return [
        section.split('\n')[0] ?? '',
        z.fromJSONSchema(JSON.parse(json) as Parameters<typeof z.fromJSONSchema>[0]),
      ];
    }),
);
const failure = z.strictObject({
  ok: z.literal(false),
  code: z.string(),
  facts: z.record(z.string(), z.unknown()),
});

/** Runs it and holds the answer against the documentation. */
async function glasshall(
  line: string,
  who: string | null,
  more: readonly string[] = [],
): Promise<CommandResult> {
  const person = who === null ? null : people.of(who);
  const args = [...line.split(' '), ...more];
  const signing = person ? ['--server', home.url, '--trust', at('roots.json'), '--p12', person.p12] : [];
  const ran = await runBuilt(at('program', 'glasshall.js'), [...args, ...signing], {
    GLASSHALL_PASSWORD: person?.password ?? '',
    GLASSHALL_KEYSTORE_PASSPHRASE: `keystore of ${who ?? ''}`,
  });
  const name = [...documented.keys()].find((each) => line === each || line.startsWith(`${each} `));
  const schema =
    ran.data['ok'] === false && 'code' in ran.data && ran.exit !== 0 ? failure : documented.get(name ?? '');
  // A self-test that fails says so in its own form.
  const checked = (name === 'self-test' ? documented.get(name) : schema)?.safeParse(ran.data);
  if (!checked?.success)
    throw new Error(`${line}: ${JSON.stringify(ran.data)} ${String(checked?.error.message)}`);
  return ran;
}

/** Must succeed. */
async function done(line: string, who: string | null, more: readonly string[] = []) {
  const { exit, data, stderr } = await glasshall(line, who, more);
  if (exit !== 0) throw new Error(`${line} ${more.join(' ')}: ${JSON.stringify(data)} ${stderr}`);
  return data;
}

const refusal = async (line: string, who: string | null, more: readonly string[] = []) => {
  const { exit, data } = await glasshall(line, who, more);
  return `${String(exit)} ${String(data['code'])}`;
};

async function publishLot(): Promise<void> {
  const now = clock.now();
  const time = (ms: number): string => formatInstant(instant(now + ms));
  deadline = now + BIDDING_MS;
  const project = await agency.post<{ id: string }>('/projects', {
    name: '命令行演练',
    kind: 'engineering',
    level: 'district',
    tenderee: people.of('tenderee').creditCode,
    regulator: people.of('regulator').creditCode,
  });
  const method = {
    kind: 'lowest-evaluated-price',
    controlPrice: null,
    basePeriodDays: 100,
    lateDayBasisPoints: 0,
    earlyDayBasisPoints: 0,
    maxPeriodDays: 200,
    rounding: 'half-up',
    tieBreak: 'price-then-arrival',
  };
  const created = await agency.post<{ id: string }>(`/projects/${project.id}/lots`, {
    name: '一标段',
    estimate: '1000000.00',
    method,
    documentsFrom: time(0),
    documentsUntil: time(BIDDING_MS),
    deadline: time(BIDDING_MS),
    acceleration: ACCELERATION,
    seats: SEATS.map((role, index) => ({ i: index + 1, role, org: people.of(role).creditCode })),
    k: 2,
  });
  lot = created.id;
  await agency.put(`/lots/${lot}/documents/tender.txt`, new TextEncoder().encode('招标文件'));
  const draft = { kind: 'notice', summary: '' };
  const { record } = await agency.post<{ record: object }>(`/lots/${lot}/notices/draft`, draft);
  await agency.post(`/lots/${lot}/notices`, { signed: await agency.sign('notice', record) });
}

beforeAll(async () => {
  ensureBuilt();
  home = await platformHome({ LOG_LEVEL: 'warn' });
  platform = new PlatformProcess(home);
  platform.launch({ PUBLIC_URL: home.url });
  const seeded = join(home.dataDir, 'demo/identities/identities.json');
  for (let waited = 0; waited < 90_000 && !existsSync(seeded); waited += 100) await sleep(100);
  people = await readPeople(home.dataDir);
  agency = await Actor.signIn(home.url, people.of('agency'));
  await mkdir(at(), { recursive: true });
  await cp('dist/glasshall', at('program'), { recursive: true });
  await writeFile(at('roots.json'), JSON.stringify(await Actor.visitor(home.url).get('/trust')));
  const sheet = { currency: 'CNY', quality: '合格', manager: '项目经理', periodDays: 90 };
  const guarantee = { kind: 'none', number: '', amount: '0.00' };
  for (const n of [1, 2, 3, 4])
    await writeFile(at(`sheet-${n}.json`), JSON.stringify({ ...sheet, guarantee, price: `${n}00000.00` }));
  await writeFile(at('plan.txt'), '施工组织设计\n'.repeat(2000));
  await publishLot();
}, 200_000);
afterAll(async () => {
  await platform.stop();
  await home.remove();
});

/** Run by somebody who closes the pipe before anything is written to it. */
async function unread(...args: readonly string[]): Promise<{ exit: number | null; stderr: string }> {
  const child = spawn(process.execPath, [at('program', 'glasshall.js'), ...args, '--json']);
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exit, stderr };
}

const seal = (n: number, name: string, more: readonly string[] = []) =>
  done('seal', `bidder-${n}`, [
    ...['--lot', lot, '--sheet', at(`sheet-${n}.json`), '--e1', at('plan.txt'), '--out', at(name)],
    ...more,
  ]);
const submit = (n: number, name: string, more: readonly string[] = []) =>
  done('submit', `bidder-${n}`, [at(name), ...more]);
const trustee = (line: string, who: string, more: readonly string[] = []) =>
  done(`trustee ${line}`, who, [lot, '--keystore', at('keys', who), ...more]);

describe('glasshall', () => {
  it('cannot tell without files, server or arguments: exit 2', async () => {
    expect(
      await refusal(`lot ${lot}`, null, [
        '--server',
        'http://127.0.0.1:1',
        '--trust',
        at('none.json'),
        '--out',
        at('x'),
      ]),
    ).toBe('2 CLI.FILE_UNREADABLE');
    expect((await refusal('submit', null, [at('none')])).slice(0, 2)).toBe('2 ');
  });

  it('ends quietly where nobody reads on, and never as if all held', async () => {
    expect(await unread('--help')).toEqual({ exit: 0, stderr: '' });
    expect(await unread('verify', at('none.zip'), '--trust', at('roots.json'))).toEqual({
      exit: 2,
      stderr: '',
    });
  });

  it('trustees take their seats and sign the lot’s key', async () => {
    expect(await refusal('trustee accept', 'bidder-1', [lot, '--keystore', at('keys', 'bidder')])).toBe(
      '1 TRUSTEE.NO_SEAT',
    );
    expect(await trustee('accept', 'tenderee')).toMatchObject({ lot, i: 1, state: 'offered' });
    const seats = await Promise.all(SEATS.map((who) => trustee('accept', who, ['--wait', '60'])));
    expect(seats.map(({ i }) => i)).toEqual([1, 2, 3]);
    expect(seats.filter(({ state }) => state === 'offered')).toEqual([]);
  }, 120_000);

  it('bidders seal, test, submit, replace and withdraw, and check their receipts', async () => {
    const key = await done(`lot ${lot}`, null, [
      '--server',
      home.url,
      '--trust',
      at('roots.json'),
      '--out',
      at('lot.json'),
    ]);
    const sealed = await Promise.all([1, 2, 3, 4].map((n) => seal(n, `bid-${n}`)));
    expect(new Set(sealed.map(({ lotKeyHash }) => lotKeyHash))).toEqual(new Set([key['lotKeyHash']]));
    expect(await done('self-test', null, [at('bid-1')])).toMatchObject({
      ok: true,
      c: sealed[0]?.['c'],
      files: 2,
    });
    const sent = await Promise.all([1, 2, 3, 4].map((n) => submit(n, `bid-${n}`)));
    expect(sent.map(({ c }) => c)).toEqual(sealed.map(({ c }) => c));
    const again = await submit(1, 'bid-1');
    expect(again).toMatchObject({ c: sent[0]?.['c'], arrivedAt: sent[0]?.['arrivedAt'] });
    const receipt = [
      at('bid-1/receipt.json'),
      '--trust',
      at('roots.json'),
      '--commit',
      at('bid-1/commit.json'),
    ];
    expect(await done('receipt verify', null, receipt)).toMatchObject({
      subject: sent[0]?.['c'],
      kind: 'commit',
      inTime: true,
      logged: true,
      stored: true,
    });
    const text = await readFile(at('bid-1/receipt.json'), 'utf8');
    await writeFile(at('bid-1/forged.json'), text.replace('"inTime":true', '"inTime":false'));
    expect(
      (await refusal('receipt verify', null, [at('bid-1/forged.json'), ...receipt.slice(1)])).slice(0, 2),
    ).toBe('1 ');

    await seal(1, 'bid-1b', ['--replaces', at('bid-1')]);
    const replaced = await submit(1, 'bid-1b', ['--replaces', at('bid-1')]);
    expect(replaced['replaced']).toBe(sent[0]?.['c']);
    expect((await done('withdraw', 'bidder-4', [at('bid-4')]))['c']).toBe(sent[3]?.['c']);
    expect(await done('self-test', null, [at('bid-4'), '--spoil'])).toMatchObject({
      ok: true,
      spoiled: true,
    });
    expect(await refusal('submit', 'bidder-4', [at('bid-4')])).toBe('1 CLI.SPOILED');
    expect(clock.now()).toBeLessThan(deadline);
  }, 300_000);

  it('a quorum opens, and destroys its keys once the opening is recorded', async () => {
    expect(await trustee('open', 'tenderee', ['--yes'])).toMatchObject({ state: 'waiting', released: [] });
    await sleep(Math.max(0, deadline - clock.now()));
    const open = () => Promise.all(['tenderee', 'agency'].map((who) => trustee('open', who, ['--yes'])));
    for (let round = 0; round < 40; round += 1) {
      await open();
      const { state } = await agency.get<{ state: string }>(`/lots/${lot}/opening`);
      if (state === 'opened') break;
      await sleep(500);
    }
    const draft = await agency.get<{ record: { distinctBidders: number } }>(`/lots/${lot}/opening/record`);
    expect(draft.record.distinctBidders).toBe(3);
    const { signatures } = await agency.sign('opening-record', draft.record);
    await agency.post(`/lots/${lot}/opening/record/signatures`, { signature: signatures[0] });

    let states: unknown[] = [];
    for (let round = 0; round < 20; round += 1) {
      states = (await open()).map(({ state }) => state);
      if (states.every((state) => state === 'destroyed')) break;
      await sleep(300);
    }
    expect(states).toEqual(['destroyed', 'destroyed']);
    const { items } = await agency.get<{ items: { signed: unknown }[] }>(`/lots/${lot}/opening/destructions`);
    for (const [index, who] of ['tenderee', 'agency'].entries()) {
      expect(existsSync(at('keys', who, 'lots', `${lot}.json`))).toBe(false);
      const kept = new Uint8Array(await readFile(at('keys', who, `destroyed-${lot}.json`)));
      expect(parseRecord(signed(keyDestroyed), kept)).toEqual(items[index]?.signed);
    }
    expect(await trustee('open', 'agency', ['--yes'])).toMatchObject({ state: 'destroyed' });
  }, 300_000);

  it('the evidence holds, with the receipts and with what became of the keys', async () => {
    const response = await fetch(`${home.url}/api/v1/lots/${lot}/evidence`);
    await writeFile(at('evidence.zip'), new Uint8Array(await response.arrayBuffer()));
    const args = [at('evidence.zip'), '--trust', at('roots.json'), '--receipt', at('bid-2/receipt.json')];
    expect(await done('verify', null, args)).toMatchObject({ verdict: 'holds' });
    const bytes = await readFile(at('evidence.zip'));
    expect(bytes.includes('destroyed/1.json') && bytes.includes('destroyed/2.json')).toBe(true);
    const forged = Buffer.from(bytes);
    const found = forged.indexOf('"destroyedAt":"20');
    forged[found + 17] = 0x39;
    await writeFile(at('forged.zip'), forged);
    const { exit } = await glasshall('verify', null, [at('forged.zip'), '--trust', at('roots.json')]);
    expect(exit).toBe(1);
  }, 120_000);
});
