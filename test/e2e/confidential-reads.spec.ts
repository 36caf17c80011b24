/** 20号令49: who looked at what of a lot that is not public is on record before the first byte goes out. */
import { join } from 'node:path';
import pg from 'pg';
import { codeOf } from '../support/story/caller.ts';
import { downloadEvidence } from '../support/story/evidence.ts';
import { beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

interface Read {
  readonly id: number;
  readonly at: string;
  readonly subject: string;
  readonly personId: string;
  readonly creditCode: string;
  readonly fingerprint: string;
  readonly address: string;
}
interface Page {
  readonly items: readonly Read[];
  readonly nextCursor: string | null;
}

let small: SmallStory;
beforeAll(async () => {
  small = await beginSmallStory();
  await finishSmallStory(small);
}, 200_000);
afterAll(() => small.close());

it('names person, organisation, certificate, address, subject and time of every read, in order', async () => {
  const { people, lot, visitor } = small.story;
  const { regulator, agency } = people.seats;
  const at = `/lots/${lot.lotId}`;
  const reads = async (query = '') => await regulator.get<Page>(`${at}/reads${query}`);
  expect((await reads()).items).toEqual([]);

  await downloadEvidence(visitor, lot.lotId, join(small.folder, 'public.zip'));
  await downloadEvidence(regulator, lot.lotId, join(small.folder, 'auditor.zip'), 'auditor');
  const { bids } = await agency.get<{ bids: { c: string; files: { e: string; path: string }[] }[] }>(
    `${at}/evaluation`,
  );
  const [bid] = bids;
  const [file] = bid?.files ?? [];
  if (!bid || !file) throw new Error('an opened bid has files');
  const fileAt = `${at}/evaluation/bids/${bid.c}/files/${file.e}?path=`;
  await agency.bytes('GET', `/api/v1${fileAt}${encodeURIComponent(file.path)}`);
  // What was refused was not seen.
  expect(await codeOf(agency.get(`${fileAt}nothing`))).toBe('EVALUATION.UNKNOWN_BID');
  expect(await codeOf(people.bidders[0]!.get(`${at}/evaluation`))).toBe('WEB.FORBIDDEN');

  const { items } = await reads();
  expect(items.map(({ subject }) => subject)).toEqual([
    'evidence auditor',
    'evaluation',
    `file ${bid.c}/${file.e}/${file.path}`,
  ]);
  expect(items.map(({ creditCode }) => creditCode)).toEqual(
    [regulator, agency, agency].map(({ signer }) => signer?.certificate.holder.creditCode),
  );
  expect(items.map(({ fingerprint }) => fingerprint)).toEqual(
    [regulator, agency, agency].map(({ signer }) => signer?.certificate.fingerprint),
  );
  for (const { address, at: when, personId } of items) {
    expect(address).toContain('127.0.0.1');
    expect(Math.abs(Date.parse(when) - Date.now())).toBeLessThan(60_000);
    expect(personId).toMatch(/^[0-9a-f-]{36}$/);
  }
  const first = await reads('?limit=2');
  expect(first.items).toHaveLength(2);
  expect((await reads(`?limit=2&cursor=${first.nextCursor ?? ''}`)).items).toEqual(items.slice(2));
  for (const other of [agency, people.seats.tenderee, people.bidders[0]!])
    expect(await codeOf(other.get(`${at}/reads`))).toBe('WEB.FORBIDDEN');
}, 60_000);

it('cannot be changed, not by the owner of the database either, and nothing is shown where it cannot be written', async () => {
  const { people, lot } = small.story;
  const client = new pg.Client({ connectionString: small.app.database.ownerUrl });
  await client.connect();
  try {
    await expect(client.query('DELETE FROM transparency.confidential_read')).rejects.toThrow('append-only');
    await client.query('REVOKE INSERT ON transparency.confidential_read FROM glasshall_app');
    const { regulator } = people.seats;
    const answer = await fetch(`${small.app.url}/api/v1/lots/${lot.lotId}/evidence?audience=auditor`, {
      headers: { authorization: `Bearer ${regulator.bearer}` },
    });
    expect([answer.status >= 500, (await answer.arrayBuffer()).byteLength < 2000]).toEqual([true, true]);
  } finally {
    await client.query('GRANT INSERT ON transparency.confidential_read TO glasshall_app');
    await client.end();
  }
}, 60_000);
