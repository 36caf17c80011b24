import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, instant } from '#kernel';
import { createDevelopmentCa, toPem } from '#trust';
import { ConfigError } from './config.ts';
import { readTimeAuthorities } from './time-authorities.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
let folder: string;
let ca: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'time-authorities-'));
  const root = await createDevelopmentCa({ name: 'Time', notBefore: NOW, notAfter: instant(NOW + DAY) });
  ca = toPem([root.certificate]);
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: unknown) {
  const path = join(folder, 'authorities.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readTimeAuthorities(path);
}
const one = (change: object = {}) => ({
  authorities: [{ name: 'national', url: 'https://time.example/tsa', ca: [ca], ...change }],
});

describe('the file of outside time-stamp authorities', () => {
  it('names each with its address, its roots and what it must promise', async () => {
    expect(readTimeAuthorities(null).authorities).toEqual([]);
    expect(await read({ ...one({ policy: '1.2.3' }), everySeconds: 5 })).toMatchObject({
      intervalMs: 5000,
      timeoutMs: 10_000,
      authorities: [{ name: 'national', url: 'https://time.example/tsa', roots: [{}], policy: '1.2.3' }],
    });
    expect((await read(one())).authorities[0]?.policy).toBeNull();
  });

  it.each<[string, () => unknown]>([
    ['no JSON', () => 'authorities'],
    ['none', () => ({ authorities: [] })],
    ['a name that LOTKEY cannot bear', () => one({ name: 'National' })],
    ['a name twice', () => ({ authorities: [...one().authorities, ...one().authorities] })],
    ['no address', () => one({ url: 'time.example' })],
    ['a file as its address', () => one({ url: 'file:///etc/passwd' })],
    ['a password in its address', () => one({ url: 'https://me:secret@time.example/' })],
    ['no root', () => one({ ca: [] })],
    ['a root that is none', () => one({ ca: ['root'] })],
    ['a promise in words', () => one({ policy: 'any' })],
    ['an interval of an hour', () => ({ ...one(), everySeconds: 3600 })],
  ])('is refused with %s', async (_, content) => {
    await expect(read(content())).rejects.toThrow(ConfigError);
    await expect(read(content())).rejects.not.toThrow(/secret/);
  });

  it('must be there', () => {
    expect(() => readTimeAuthorities(join(folder, 'nothing.json'))).toThrow(ConfigError);
  });
});
