import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMs, DAY } from '#kernel';
import { createDevelopmentCa, toPem } from '#trust';
import type { DevelopmentCa } from '#trust';
import { Person, testNow } from '../support/people.ts';
import { ensureBuilt, platformHome, PlatformProcess } from '../support/story/platform-process.ts';
import type { PlatformHome } from '../support/story/platform-process.ts';

const COMMAND = fileURLToPath(new URL('../../dist/apps/platform/src/install.main.js', import.meta.url));
const now = testNow();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 365 * DAY) };

let home: PlatformHome;
let platform: PlatformProcess;
let ca: DevelopmentCa;
let centre: Person;
const at = (name: string) => join(home.dataDir, name);

beforeAll(async () => {
  ensureBuilt();
  home = await platformHome();
  platform = new PlatformProcess(home);
  ca = await createDevelopmentCa({ name: 'City root', ...validity });
  centre = await Person.certified(home, ca, 1, '西湖区公共资源交易中心', '陈运行');
  const other = await Person.certified(home, ca, 2, '别的单位');
  const list = { number: 1, thisUpdate: addMs(now, -DAY), nextUpdate: addMs(now, 30 * DAY), revoked: [] };
  await writeFile(at('roots.pem'), toPem([ca.certificate]));
  await writeFile(at('list.crl'), (await ca.issueCrl(list)).der);
  await writeFile(at('centre.pem'), centre.installation().operator);
  await writeFile(at('other.pem'), other.installation().operator);
}, 120_000);
afterAll(async () => {
  await platform.stop();
  await home.remove();
});

/** The real command in a process of its own, with the platform's environment. */
function install(operator: string, extra: Readonly<Record<string, string>> = {}, crl = 'list.crl') {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, '--operator', at(operator), '--roots', at('roots.pem'), '--crl', at(crl), '--json'],
    { env: { PATH: process.env['PATH'] ?? '', ...home.environment, ...extra }, encoding: 'utf8' },
  );
  const report = JSON.parse(stdout === '' ? 'null' : stdout) as Record<string, unknown> | null;
  return { status, report, stderr };
}

describe('install-operator', () => {
  it('refuses a development authority where no demonstration is allowed, and leaves nothing behind', () => {
    const { status, report } = install('centre.pem', { DEMO: 'false' });
    expect([status, report?.['code']]).toEqual([1, 'PARTIES.AUTHORITY_DEVELOPMENT']);
  }, 120_000);

  it('names the file that it cannot read, and the options that are missing', () => {
    const absent = install('centre.pem', {}, 'absent.crl');
    expect([absent.status, absent.report]).toEqual([
      2,
      { ok: false, code: 'INSTALL.FAILED', message: `${at('absent.crl')}: ENOENT` },
    ]);
    const none = spawnSync(process.execPath, [COMMAND], { encoding: 'utf8' });
    expect([none.status, none.stderr.includes('--operator, --roots and --crl')]).toEqual([2, true]);
  });

  it('installs the trading centre on an empty database, once for all', () => {
    const { status, report } = install('centre.pem');
    expect([status, report]).toEqual([
      0,
      {
        ok: true,
        creditCode: centre.creditCode,
        name: '西湖区公共资源交易中心',
        person: '陈运行',
        certificate: centre.signer.certificate.fingerprint,
        installed: true,
      },
    ]);
    expect(install('centre.pem')).toMatchObject({ status: 0, report: { installed: false } });
  }, 120_000);

  it('lets the operator sign in over HTTP with that certificate, and approve whoever comes next', async () => {
    platform.launch();
    expect(await platform.ready()).toBe(true);
    await centre.signIn();
    const { body } = await centre.get('/me').expect(200);
    expect(body).toMatchObject({ organisationId: centre.creditCode, roles: ['operator'] });
    const agency = await (await Person.certified(home, ca, 3, '代理公司')).enrol('agency');
    await centre.post(`/organisations/${agency.creditCode}/roles/agency/approval`).expect(200);
    await agency.signIn();
    expect((await agency.get('/me').expect(200)).body).toMatchObject({ roles: ['agency'] });
  }, 120_000);

  it('refuses another organisation, also while the platform runs', () => {
    expect(install('other.pem')).toMatchObject({
      status: 1,
      report: { ok: false, code: 'PARTIES.OPERATOR_EXISTS', facts: { creditCode: centre.creditCode } },
    });
  }, 120_000);
});
