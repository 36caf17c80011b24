import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashText, parseRecord, commit as commitSchema } from '#trust';
import type { LotKey, ReceiptFile } from '#trust';
import { readVector } from '../../../test/support/evidence-forger.ts';
import { Platform } from './platform/platform.ts';
import { askReceipts, submitBid } from './submission.ts';
import type { BidPackage, Submission } from './submission.ts';

/** What two bidders were given once, and the platform that gave it: it tells the first what a test says. */
const vector = await readVector('v1');
const [own, other] = vector.receipts.bids as readonly [ReceiptFile, ReceiptFile];
const { subject: c } = own.arrival.record;
const commitBytes = new Uint8Array(vector.bundle.bytes(`commits/${c}.json`));

let first: ReceiptFile = own;
let later: ReceiptFile = own;
const server = createServer((request, response) => {
  const { arrival, token } = first;
  const body =
    request.method === 'POST'
      ? { arrival, token, uploadToken: 'token' }
      : { state: 'stored', sequence: 0, missing: [], receipt: later };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
let platform: Platform;
let kept: ReceiptFile[] = [];

const bidPackage: BidPackage = {
  bid: {
    c,
    commit: parseRecord(commitSchema, commitBytes),
    commitBytes,
    lotKey: { lot: vector.expected.lot, q: 0, witnesses: [] as object[] } as LotKey,
  },
  read: () => Promise.reject(new Error('nothing is missing')),
  receipt: () => Promise.resolve(kept.at(-1) ?? null),
  keepReceipt: (receipt) => Promise.resolve(void kept.push(receipt)),
  keepRefusal: () => Promise.resolve(),
  keepMoveReceipt: () => Promise.resolve(),
  sequence: () => Promise.resolve(0),
  keepSequence: () => Promise.resolve(),
};
const submit = () => by(submitBid);
const by = <T>(what: (found: BidPackage, with_: Submission) => Promise<T>): Promise<T> => {
  const { receipt, platform: signer, agency } = vector.signers;
  const lookup = (fingerprint: string) =>
    [receipt, signer, agency].find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
  const certificates = { lookup };
  return what(bidPackage, { platform, trust: vector.trust, certificates, progress: () => undefined });
};

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform = new Platform(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
beforeEach(() => {
  [first, later, kept] = [own, own, []];
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it('ends with all receipts of the bid, checked and kept', async () => {
  const receipt = await submit();
  expect(receipt.stored?.record.c).toBe(c);
  expect(kept.at(-1)).toEqual(receipt);
  expect(hashText('commit', bidPackage.bid.commit)).toBe(c);
});

it('takes no receipt of another bid, genuine in every part, at first or later', async () => {
  const refused = { code: 'SEAL.RECEIPT', blame: 'platform' };
  first = other;
  await expect(submit()).rejects.toMatchObject(refused);
  expect(kept).toEqual([]);
  [first, later] = [own, other];
  await expect(submit()).rejects.toMatchObject(refused);
  expect(kept.map(({ arrival }) => arrival.record.subject)).toEqual([c]);
});

it('has not submitted a bid that is said to be stored and never proved to be', async () => {
  later = { ...own, stored: null };
  await expect(submit()).rejects.toMatchObject({ code: 'CLIENT.NOT_STORED' });
});

it('learns afterwards whether the last answer was lost, or the bid was not whole', async () => {
  expect((await by(askReceipts))?.stored?.record.c).toBe(c);
  expect(kept.at(-1)?.stored).not.toBeNull();
  [kept, later] = [[], { ...own, stored: null }];
  expect(await by(askReceipts)).toBeNull();
  expect(kept.at(-1)?.stored).toBeNull();
});

it('never exchanges a receipt that is kept for one that proves less, or for another arrival', async () => {
  kept = [own];
  later = { ...own, stored: null };
  await expect(submit()).rejects.toMatchObject({ code: 'CLIENT.NOT_STORED' });
  expect(kept).toEqual([own]);
  const arrivedAt = '2020-01-01T00:00:00.000Z';
  kept = [{ ...own, arrival: { ...own.arrival, record: { ...own.arrival.record, arrivedAt } } }];
  await expect(submit()).rejects.toMatchObject({ code: 'SEAL.RECEIPT', blame: 'platform' });
  expect(kept).toHaveLength(1);
});
