import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { b64u, recoveryWords } from '#trust';
import type { ReceiptFile } from '#trust';
import { readVector } from '../../../test/support/evidence-forger.ts';
import { Platform } from './platform/platform.ts';
import { recoverBid } from './recover.ts';

/** Two bids of one platform, whose seeds are nobody's any more: what a bidder is told who cannot prove one of them. */
const vector = await readVector('v1');
const [own, other] = vector.receipts.bids as readonly [ReceiptFile, ReceiptFile];
const { lot, subject: c } = own.arrival.record;
const commitOf = (of: string): Uint8Array => new Uint8Array(vector.bundle.bytes(`commits/${of}.json`));
const WORDS = recoveryWords(new Uint8Array(32).fill(7));

let given = commitOf(c);
const server = createServer((_, response) => {
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ commit: b64u.encode(given) }));
});
let platform: Platform;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform = new Platform(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
beforeEach(() => {
  given = commitOf(c);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const recover = (words: string, shown: ReceiptFile = own, of = lot) => {
  const { receipt, platform: signer, agency } = vector.signers;
  const lookup = (fingerprint: string) =>
    [receipt, signer, agency].find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
  return recoverBid(of, words, shown, { platform, trust: vector.trust, certificates: { lookup } });
};

it('refuses words that are no recovery code, before anything is asked', async () => {
  const mistyped = WORDS.split(' ').reverse().join(' ');
  for (const words of ['', mistyped]) {
    await expect(recover(words)).rejects.toMatchObject({ code: 'SEAL.RECOVERY_CODE' });
  }
});

it('refuses the recovery code of another bid', async () => {
  await expect(recover(WORDS)).rejects.toMatchObject({ code: 'CLIENT.OTHER_WORDS', facts: { c } });
});

it('takes from the platform no other COMMIT than the receipt’s', async () => {
  given = commitOf(other.arrival.record.subject);
  await expect(recover(WORDS)).rejects.toMatchObject({ code: 'SEAL.RECEIPT', blame: 'platform' });
});

it('refuses a receipt of another lot, and one that the platform did not sign', async () => {
  await expect(recover(WORDS, own, 'another')).rejects.toMatchObject({ code: 'CLIENT.OTHER_LOT' });
  const record = { ...own.arrival.record, arrivedAt: '2020-01-01T00:00:00.000Z' };
  const forged = { ...own, arrival: { ...own.arrival, record } };
  await expect(recover(WORDS, forged)).rejects.toMatchObject({ name: 'TrustError' });
});
