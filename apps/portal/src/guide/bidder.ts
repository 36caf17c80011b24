import { checkLot, fetchLot, submitBid } from '#client';
import type { BidPackage } from '#client';
import {
  SHEET_NAME,
  WebCryptoEngine,
  WebCryptoLeaves,
  b64u,
  canonicalBytes,
  concat,
  sealBid,
  sha256,
  utf8,
  webCryptoContentHash,
} from '#trust';
import type { EnvelopeName, PackageMaker } from '#trust';
import { actorOf, clock } from './actor.ts';
import type { Say } from './actor.ts';

/** A small bid, sealed in this page's memory and submitted: what a rival of the reader's does meanwhile. */
export async function bid(lot: string, name: string, price: string, say: Say): Promise<void> {
  const { platform, trust, signer } = await actorOf(name);
  const checked = checkLot(await fetchLot(platform, lot), { id: lot, key: null }, trust, clock.now());
  const { holder } = signer.certificate;
  const [organisation, creditCode] = [holder.organisation ?? '', holder.creditCode ?? ''];
  const sheet = {
    type: 'opening-sheet',
    bidder: { name: organisation, creditCode },
    price,
    currency: 'CNY',
    periodDays: 180,
    quality: '合格',
    manager: '',
    guarantee: { kind: 'none', number: '', amount: '0.00' },
  };
  const letter = utf8.encode(`投标函（演示）\n${organisation}\n投标报价 ${price} 元\n`);
  const memory = new Map<EnvelopeName, Uint8Array[]>();
  const input = {
    lotKey: checked.lotKey,
    documents: checked.latest.documents,
    envelopes: {
      E0: [{ path: SHEET_NAME, from: { bytes: canonicalBytes(sheet) } }],
      E1: [{ path: '投标函.txt', from: { bytes: letter } }],
    },
    signer,
    supersedes: null,
    machine: b64u.encode(sha256(utf8.encode(`guided visit, ${name}`))),
  };
  const tools = {
    engine: new WebCryptoEngine(),
    leaves: new WebCryptoLeaves(),
    contentHash: webCryptoContentHash,
  };
  const { c, commit } = await sealBid(tools, input, makerIn(memory));
  const sealed = { c, commit, commitBytes: canonicalBytes(commit), lotKey: checked.lotKey };
  const { certificates } = checked;
  const watched = { platform, trust, certificates, progress: () => undefined };
  await submitBid(packageOf(sealed, memory), watched);
  say(organisation);
}

const makerIn = (memory: Map<EnvelopeName, Uint8Array[]>): PackageMaker => ({
  createEnvelope: (e) => {
    const pieces: Uint8Array[] = [];
    memory.set(e, pieces);
    return Promise.resolve({
      write: (bytes) => {
        pieces.push(bytes.slice());
        return Promise.resolve();
      },
      sync: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  },
  placeOf: () => null,
});

/** The reader is not this bidder: nothing is kept. */
const packageOf = (sealed: BidPackage['bid'], memory: Map<EnvelopeName, Uint8Array[]>): BidPackage => ({
  bid: sealed,
  read: (e, from, length) => Promise.resolve(concat(...(memory.get(e) ?? [])).slice(from, from + length)),
  receipt: () => Promise.resolve(null),
  keepReceipt: () => Promise.resolve(),
  keepRefusal: () => Promise.resolve(),
  keepMoveReceipt: () => Promise.resolve(),
  sequence: () => Promise.resolve(0),
  keepSequence: () => Promise.resolve(),
});
