import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { parseConfig, variables } from '../../apps/platform/src/config.ts';

const docker = resolve(import.meta.dirname, '../../docker');
const text = (name: string): string => readFileSync(join(docker, name), 'utf8');

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets: readonly string[];
}

const compose = parse(text('compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, unknown>;
};
const platform = Object.entries(compose.services).filter(([, service]) => service.image === 'glasshall');

/** `${NAME:?hint}` as docker compose fills it in; a plain `${NAME}` or a default is not allowed here. */
const filled = (value: string): string =>
  value
    .replaceAll(/\$\{PUBLIC_URL:\?[^}]*\}/g, 'https://trade.example')
    .replaceAll(/\$\{LOG_ORIGIN:\?[^}]*\}/g, 'trade.example/log')
    .replaceAll(/\$\{[A-Z0-9_]+:\?[^}]*\}/g, 'secret-of-a-centre');

describe('docker', () => {
  it('runs web and worker as separate services', () => {
    expect(platform.map(([name, { environment }]) => [name, environment['ROLE']])).toEqual([
      ['web', 'web'],
      ['worker', 'worker'],
    ]);
  });

  it.each(platform)(
    '%s: sets only variables that the platform reads, and a configuration that it takes',
    (_n, s) => {
      const unknown = Object.keys(s.environment).filter((name) => !(name in variables));
      expect(unknown).toEqual([]);
      const environment = Object.fromEntries(Object.entries(s.environment).map(([k, v]) => [k, filled(v)]));
      expect(parseConfig(environment)).toMatchObject({
        production: true,
        demo: false,
        role: s.environment['ROLE'],
      });
    },
  );

  it.each(platform)('%s: no root, no rights, a read-only file system', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(text('Dockerfile')).toMatch(/^USER node$/m);
  });

  it('gives no secret a default, and names every one in example.env', () => {
    const asked = new Set(
      [...text('compose.yml').matchAll(/\$\{([A-Z0-9_]+)([^}]*)\}/g)].map((m) => m.slice(1)),
    );
    for (const [name, rest] of asked) expect([name, rest?.startsWith(':?')]).toEqual([name, true]);
    const listed = [...text('example.env').matchAll(/^([A-Z0-9_]+)=/gm)].map((m) => m[1]);
    expect([...new Set([...asked].map(([name]) => name))].sort()).toEqual(listed.sort());
  });

  it('lets only the worker change the schema', () => {
    const may = platform.filter(([, service]) => 'MIGRATION_DATABASE_URL' in service.environment);
    expect(may.map(([name]) => name)).toEqual(['worker']);
  });

  it('mounts every key file that it names', () => {
    for (const [, service] of platform) {
      const files = Object.values(service.environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(files.map((file) => file.slice('/run/secrets/'.length)).sort()).toEqual(
        [...service.secrets].sort(),
      );
      for (const name of service.secrets)
        expect(compose.secrets[name]).toEqual({ file: `./secrets/${name}` });
    }
  });

  it('declares every volume that it names', () => {
    const named = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    const volumes = named.map((volume) => volume.split(':')[0] ?? '').filter((name) => !name.startsWith('.'));
    expect([...new Set(volumes)].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('starts what npm start starts', () => {
    const { scripts } = JSON.parse(readFileSync(join(docker, '../package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const command = /^CMD (\[.*\])$/m.exec(text('Dockerfile'))?.[1];
    const program = (JSON.parse(command ?? '[]') as string[]).at(-1);
    expect(scripts['start']).toContain(program);
  });

  it('installs with what npm run install-operator runs, in the service that may change the schema', () => {
    const { scripts } = JSON.parse(readFileSync(join(docker, '../package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const command = /compose\.yml run [^\n]* (\w+) \\\n\s+node (\S+)/.exec(text('README.md'));
    expect(command?.[1]).toBe('worker');
    expect(scripts['install-operator']).toContain(command?.[2]);
  });

  it('makes the roles that the migrations grant to', () => {
    for (const role of ['glasshall_owner', 'glasshall_app'])
      expect(text('create-roles.sh')).toContain(`CREATE ROLE ${role} LOGIN`);
  });
});
