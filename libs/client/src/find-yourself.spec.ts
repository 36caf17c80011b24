import { hashText, signRecord } from '#trust';
import type { Close, CloseAdd, Signed } from '#trust';
import { readVector } from '../../../test/support/evidence-forger.ts';
import { isListed } from './find-yourself.ts';

const vector = await readVector('v1');
const { signers, trust } = vector;
const close = JSON.parse(vector.bundle.bytes('close.json').toString()) as Signed<Close>;
const { record } = close;
const [first] = record.accepted;
if (!first) throw new Error('nobody bid');
const own = { c: first.c, lotKeyHash: record.lotKeyHash, arrivedAt: first.arrivedAt };
const lookup = (fingerprint: string) =>
  Object.values(signers).find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
const look = (shown: Signed<Close> | null, adds: readonly Signed<CloseAdd>[] = [], bid = own) =>
  isListed({ close: shown, adds }, bid, trust, lookup);
const without = (): Promise<Signed<Close>> =>
  signRecord('close', { ...record, accepted: record.accepted.slice(1) }, [signers.platform]);
const added = (to: string, signer = signers.platform): Promise<Signed<CloseAdd>> =>
  signRecord(
    'close-add',
    {
      type: 'close-add',
      lotKeyHash: record.lotKeyHash,
      close: to,
      sequence: 1,
      bid: first,
      addedAt: record.releaseAt,
    },
    [signer],
  );

it('finds a bid on the signed list, with the hour of its receipt', async () => {
  expect(look(null)).toBeNull();
  expect(look(close)).toBe(true);
  expect(look(close, [], { ...own, arrivedAt: record.closedAt })).toBe(false);
  expect(look(await without())).toBe(false);
});

it('finds it among the additions to that list', async () => {
  const list = await without();
  const hash = hashText('close', list.record);
  expect(look(list, [await added(hash)])).toBe(true);
  const other = await added(hashText('close', record));
  expect(() => look(list, [other])).toThrow('EVIDENCE.RELEASE_ADD');
  const agencys = await added(hash, signers.agency);
  expect(() => look(list, [agencys])).toThrow('EVIDENCE.RELEASE_ADD');
});

it('believes no list of another lot, and none that the platform did not sign', async () => {
  expect(() => look(close, [], { ...own, lotKeyHash: first.c })).toThrow('EVIDENCE.RELEASE_LOT');
  const agencys = await signRecord('close', record, [signers.agency]);
  expect(() => look(agencys)).toThrow('EVIDENCE.RELEASE_CLOSE_SIGNER');
  expect(() => look({ record: { ...record, accepted: [] }, signatures: close.signatures })).toThrow(
    'SIGNATURE.INVALID',
  );
});
