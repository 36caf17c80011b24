/** What a bidder has on disk before sealing offline: the lot file, the pinned roots, a PKCS#12 file, a sheet. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY, SystemClock, addMs } from '#kernel';
import {
  b64u,
  blindedLeaf,
  checkpointText,
  edPublicKey,
  formatVkey,
  leafHash,
  merkleRoot,
  signNote,
  systemRandom,
  toPem,
} from '#trust';
import type { DevelopmentCa, Signer } from '#trust';
import { writePkcs12 } from '#trust/key-file';
import { emptyCrl, makeLot, testCreditCode } from './lot-fixture.ts';
import type { LotFixture } from './lot-fixture.ts';

export const PASSWORD = 'p12 password';
const ORIGIN = 'log.example/test';

export interface OfflineLot {
  readonly lot: LotFixture;
  readonly trust: Record<string, unknown>;
  readonly lotFile: Record<string, unknown> & { lotkey: Record<string, unknown> };
  readonly logSecret: Uint8Array;
  path(name: string): string;
  /** A bidder's PKCS#12 file, of the lot's own authority unless another is given. */
  p12(number: number, ca?: DevelopmentCa): Promise<string>;
}

const pemOf = ({ certificate, chain }: Signer): string => toPem([certificate, ...chain]);

export async function makeOfflineLot(folder: string): Promise<OfflineLot> {
  const now = new SystemClock().now();
  const lot = await makeLot(now);
  const logSecret = systemRandom(32);
  const blind = systemRandom(32);
  const leaf = leafHash(blindedLeaf(b64u.decode(lot.lotKeyHash), blind));
  const root = merkleRoot([leaf]);
  const note = signNote(checkpointText({ origin: ORIGIN, size: 1, root }), [
    { name: ORIGIN, secret: logSecret },
  ]);
  const [first] = lot.trustees;
  const trust = {
    type: 'trust',
    origin: ORIGIN,
    log: formatVkey({ name: ORIGIN, publicKey: edPublicKey(logSecret) }),
    witnesses: [],
    q: 0,
    ca: [toPem([lot.ca.certificate])],
    tsa: [toPem([lot.ca.certificate])],
    platform: [first?.certificate.fingerprint],
  };
  const log = {
    type: 'receipt-log',
    subject: lot.lotKeyHash,
    blind: b64u.encode(blind),
    index: 0,
    checkpoint: note,
    proof: [],
  };
  const certificates = lot.trustees.map(pemOf);
  const lotkey = { record: lot.lotKey, signed: lot.signed, log, journal: null, certificates };
  const lotFile = {
    type: 'lot',
    notices: [lot.notice],
    lotkey,
    certificates,
    crls: [b64u.encode((await emptyCrl(lot.ca, now)).der)],
  };
  const path = (name: string): string => join(folder, name);
  const p12 = async (number: number, ca = lot.ca): Promise<string> => {
    const subject = { organisation: `投标人 ${String(number)}`, creditCode: testCreditCode(100 + number) };
    const issued = await ca.issue({ subject, notBefore: addMs(now, -DAY), notAfter: addMs(now, DAY) });
    const keyFile = {
      pkcs8: issued.pkcs8 ?? new Uint8Array(),
      certificate: issued.certificate,
      chain: issued.chain,
    };
    await writeFile(path(`${String(number)}.p12`), await writePkcs12(keyFile, PASSWORD, 'key'));
    return path(`${String(number)}.p12`);
  };
  return { lot, trust, lotFile, logSecret, path, p12 };
}
