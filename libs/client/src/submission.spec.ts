import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashText, parseRecord, commit as commitSchema } from '#trust';
import type { LotKey, ReceiptFile } from '#trust';
import { readVector } from '../../../test/support/evidence-forger.ts';
import { Platform } from './platform/platform.ts';
import { submitBid } from './submission.ts';
import type { BidPackage } from './submission.ts';

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
      : { state: 'stored', missing: [], receipt: later };
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
  keepReceipt: (receipt) => Promise.resolve(void kept.push(receipt)),
  keepRefusal: () => Promise.resolve(),
  keepMoveReceipt: () => Promise.resolve(),
  sequence: () => Promise.resolve(0),
  keepSequence: () => Promise.resolve(),
};
const submit = (): Promise<ReceiptFile> => {
  const { receipt, platform: signer, agency } = vector.signers;
  const lookup = (fingerprint: string) =>
    [receipt, signer, agency].find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
  const certificates = { lookup };
  return submitBid(bidPackage, { platform, trust: vector.trust, certificates, progress: () => undefined });
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
