/** 终止招标 (条例31): a tender that was ended while bids lay sealed; they stay so, and the evidence says who decided it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalBytes, hashText } from '#trust';
import type { Cancellation, Signed } from '#trust';
import { BundleReader } from '#trust/node';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { codeOf } from '../support/story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

const BIDDING_MS = 40_000;
let small: SmallStory;
beforeAll(async () => {
  small = await beginSmallStory(BIDDING_MS);
}, 200_000);
afterAll(() => small.close());

it('keeps every bid sealed, for ever, and proves the decision in the log and in the bundle', async () => {
  const { people, lot, visitor, trust } = small.story;
  const { tenderee } = people.seats;
  const at = `/lots/${lot.lotId}`;
  const file = join(small.folder, 'evidence.zip');
  const evidence = () => downloadEvidence(visitor, lot.lotId, file);
  expect(await codeOf(evidence())).toBe('TRANSPARENCY.EVIDENCE_PENDING');

  const given = { reason: '资金来源发生变化', article: '招标投标法实施条例第三十一条' };
  const { record } = await tenderee.post<{ record: Cancellation }>(`${at}/cancellation/draft`, given);
  const changed = await tenderee.sign('cancellation', { ...record, lotKeyHash: null });
  expect(await codeOf(tenderee.post(`${at}/cancellation`, { signed: changed }))).toBe(
    'TENDERING.NOTICE_DIFFERS',
  );
  const signed = await tenderee.sign('cancellation', record);
  await tenderee.post(`${at}/cancellation`, { signed });
  const view = await visitor.get<{ state: string; cancellation: Signed<Cancellation> }>(at);
  expect([view.state, view.cancellation]).toEqual(['cancelled', signed]);

  await evidence();
  const report = await verifyFile(file, trust);
  expect(problemsOf(report)).toEqual([]);
  expect(report.checks.find(({ id }) => id === 'V16')).toMatchObject({ state: 'absent' });
  const reader = await BundleReader.open(file);
  const paths = reader.entries
    .map(({ path }) => path)
    .filter((path) => !/^(?:certificates|log)\//.test(path));
  reader.close();
  expect(paths).toEqual([
    'cancellation.json',
    'journal.json',
    'lotkey.json',
    'notices/1.json',
    'bundle.json',
  ]);
  const proof = await visitor.get(`/log/receipts/${hashText('cancellation', record)}`);
  expect(proof).toMatchObject({ type: 'receipt-log' });

  // The deadline, its margin and the window pass: nothing closes and nothing opens.
  await sleep(Math.max(0, Date.parse(record.cancelledAt) + BIDDING_MS + 3_000 - Date.now()));
  expect(await visitor.get(`${at}/opening`)).toMatchObject({ state: 'waiting', close: null, bids: [] });
  expect(await codeOf(visitor.get(`${at}/opening/commits`))).toBe('OPENING.NOT_CLOSED');
}, 120_000);

it('another hand, another word, a later date or a bid beside it do not verify', async () => {
  const { trust, people } = small.story;
  const bundle = await BundleEditor.read(join(small.folder, 'evidence.zip'));
  const path = 'cancellation.json';
  const { record } = JSON.parse(bundle.bytes(path).toString()) as Signed<Cancellation>;
  const problems = async (editor: BundleEditor): Promise<string> => {
    const report = await verifyFile(await editor.write(join(small.folder, 'edited.zip')), trust);
    expect(report.verdict).toBe('fails');
    return problemsOf(report).join('\n');
  };
  const signedBy = async (role: 'regulator' | 'agency', change: Partial<Cancellation> = {}) =>
    bundle
      .copy()
      .set(path, canonicalBytes(await people.seats[role].sign('cancellation', { ...record, ...change })));
  expect(await problems(await signedBy('regulator'))).toContain(
    'V02 EVIDENCE.NOT_SIGNED_BY cancellation.json',
  );
  expect(await problems(await signedBy('agency', { cancelledAt: '2099-01-01T00:00:00.000Z' }))).toContain(
    'V02 EVIDENCE.CANCELLED_LATE cancellation.json agency',
  );
  const reworded = bundle.copy().edit<Signed<Cancellation>>(path, (signed) => ({
    ...signed,
    record: { ...record, reason: '另一个理由' },
  }));
  expect(await problems(reworded)).toContain('V02 ');
  const [bid] = small.bids;
  const opened = bundle.copy().set(`envelopes/${bid?.c ?? ''}/I.sealed`, Buffer.from('x'));
  expect(await problems(opened)).toContain('V17 EVIDENCE.OPENED_TOO_MUCH cancellation.json platform');
}, 60_000);
