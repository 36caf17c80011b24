import {
  b64u,
  blindedLeaf,
  checkDealing,
  cobblestoneKeys,
  decodeScalar,
  deriveBidKeys,
  drawLabel,
  drawSeed,
  drawStrata,
  eciesSeal,
  edPublicKey,
  encodePoint,
  encodeScalar,
  envelopeKey,
  G_PVSS,
  hashText,
  journalKeyPair,
  leafHash,
  merkleRoot,
  newKeyPair,
  openShare,
  openWithSecret,
  paddedLength,
  prepareDealing,
  proveDealing,
  recoveryWords,
  signBidMove,
  utf8,
  verifyShare,
  suiteField,
  suiteOf,
} from '#trust';
import type { BidMove, DrawEntry } from '#trust';
import { generatedPart } from '../support/generated-docs.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const constant = (value: number) => (length: number) => bytes(length, value);

const first = newKeyPair(constant(1));
const trusteeKeys = [first, newKeyPair(constant(2)), newKeyPair(constant(3))].map((pair) => pair.public);
const terms = { type: 'bid', label: 'pinned', stage: 1, audience: 'committee' } as const;
const prepared = prepareDealing({ ...terms, seedKey: bytes(32, 9), trusteeKeys, k: 2 });
const body = bytes(32, 8);
const dealing = proveDealing(prepared, body, constant(7));
const context = { ...terms, lotKeyHash: bytes(32, 10), c: bytes(32, 11), i: 1 };
const share = openShare({ x: first.secret, dealing, context, random: constant(7) });
const bidKeys = deriveBidKeys(bytes(32, 1), bytes(32, 2));
const move: BidMove = {
  type: 'move',
  lotKeyHash: b64u.encode(bytes(32, 10)),
  from: b64u.encode(bytes(32, 11)),
  to: null,
  sequence: 1,
};

async function checkValues(): Promise<Readonly<Record<string, unknown>>> {
  const keys = cobblestoneKeys(bytes(32, 5), bytes(24, 6), utf8.encode('pinnedE0'));
  const box = await eciesSeal(first.public, 'check', utf8.encode('text'), constant(12));
  return {
    'g, hexadecimal': G_PVSS.toHex(true),
    'H("documents", [])': hashText('documents', []),
    'H("move", move)': hashText('move', move),
    move,
    x_1: encodeScalar(first.secret),
    y_1: encodePoint(first.public),
    dealing,
    s: encodeScalar(prepared.secret),
    K: b64u.encode(prepared.K()),
    share,
    'Expand(K, "glasshall/1/cekE0", 32)': b64u.encode(envelopeKey(prepared.K(), 'E0')),
    'journal key of K': encodePoint(journalKeyPair(prepared.K(), 'P256').public),
    'commitment, key bytes(32, 5), salt bytes(24, 6), context "pinnedE0"': b64u.encode(keys.commitment),
    'padded length of 100000': paddedLength(100_000),
    'words of seed bytes(32, 1)': recoveryWords(bytes(32, 1)),
    'seedKey of (0, public), seed bytes(32, 1), bidNonce bytes(32, 2)': b64u.encode(
      bidKeys.dealingSeed(0, 'public'),
    ),
    'wk of the same': b64u.encode(edPublicKey(bidKeys.wkSecret)),
    'signature of move under it': signBidMove(bidKeys.wkSecret, move).sig,
    'entry of hash bytes(32, 3), blind bytes(32, 4)': b64u.encode(blindedLeaf(bytes(32, 3), bytes(32, 4))),
    'message to y_1, info "check", plaintext "text", t = wide(bytes(48, 12))': b64u.encode(box),
  };
}

const text32 = (value: number): string => b64u.encode(bytes(32, value));
const entry: DrawEntry = {
  type: 'draw-entry',
  plan: text32(20),
  stratum: '市政 / 深圳',
  salt: text32(21),
  id: 'E1',
  name: '张三',
  employer: null,
};

function drawValues(): Readonly<Record<string, unknown>> {
  const head = {
    type: 'draw-dealing',
    plan: text32(20),
    dealer: '914403000000000001',
    nonce: text32(22),
  } as const;
  const leaves = ['E1', 'E2', 'E3'].map((id) => hashText('draw-entry', { ...entry, id })).sort();
  const value = { kind: 'development', text: 'dice: 4 2 6' } as const;
  const ready = {
    type: 'draw-ready',
    plan: text32(20),
    dealt: text32(23),
    pool: text32(24),
    value,
    fixedAt: '2026-03-02T15:10:00.000Z',
  } as const;
  const secrets = trusteeKeys.map(encodePoint);
  const seed = drawSeed({ source: { kind: 'development' } }, ready, secrets);
  const places = Array.from({ length: 12 }, (_, at) => String(at));
  const strata = ['first', 'second'].map((name) => ({ name, members: 5, substitutes: 7 }));
  const orders = drawStrata({ strata }, [places, places], seed).map(({ members, substitutes }) =>
    [...members, ...substitutes].join(' '),
  );
  return {
    'label, plan bytes(32, 20), dealer 914403000000000001, nonce bytes(32, 22)': drawLabel('P256', head),
    entry,
    'leaf of the entry': hashText('draw-entry', entry),
    'root over it and the same with id E2, E3': b64u.encode(
      merkleRoot(leaves.map((leaf) => leafHash(b64u.decode(leaf)))),
    ),
    value,
    'seed, plan bytes(32, 20), dealt bytes(32, 23), pool bytes(32, 24), S = y_1, y_2, y_3': b64u.encode(seed),
    'order of 12 in stratum 0': orders[0],
    'order of 12 in stratum 1': orders[1],
  };
}

/** The same dealing, share, keys and message in suite SM, where a value hangs on the suite. */
async function smValues(): Promise<Readonly<Record<string, unknown>>> {
  const { group } = suiteOf('SM');
  const pairs = [1, 2, 3].map((i) => newKeyPair(constant(i), 'SM'));
  const [one] = pairs as [(typeof pairs)[number]];
  const keys = pairs.map((pair) => pair.public);
  const sm = prepareDealing({ ...terms, seedKey: bytes(32, 9), trusteeKeys: keys, k: 2 });
  const dealt = proveDealing(sm, body, constant(7));
  const opened = openShare({ x: one.secret, dealing: dealt, context, suite: 'SM', random: constant(7) });
  expect(checkDealing({ dealing: dealt, type: 'bid', label: 'pinned', body, trusteeKeys: keys, k: 2 })).toBe(
    true,
  );
  const content = cobblestoneKeys(bytes(32, 5), bytes(24, 6), utf8.encode('pinnedE0'), 'SM');
  const box = await eciesSeal(one.public, 'check', utf8.encode('text'), constant(12));
  return {
    'g, hexadecimal': group.g.toHex(true),
    'H("move", move with "suite": "SM")': hashText('move', { ...move, ...suiteField('SM') }),
    x_1: group.encodeScalar(one.secret),
    y_1: encodePoint(one.public),
    dealing: dealt,
    K: b64u.encode(sm.K()),
    share: opened,
    'Expand(K, "glasshall/1/cekE0", 32)': b64u.encode(envelopeKey(sm.K(), 'E0', 'SM')),
    'journal key of K': encodePoint(journalKeyPair(sm.K(), 'SM').public),
    'content key, key bytes(32, 5), salt bytes(24, 6), context "pinnedE0"': b64u.encode(content.key),
    'commitment of the same': b64u.encode(content.commitment),
    'seedKey of (0, public), seed bytes(32, 1), bidNonce bytes(32, 2)': b64u.encode(
      deriveBidKeys(bytes(32, 1), bytes(32, 2), 'SM').dealingSeed(0, 'public'),
    ),
    'message to y_1, info "check", plaintext "text", t = wide(bytes(48, 12))': b64u.encode(box),
  };
}

describe('the check values of docs/PROTOCOL.md', () => {
  it('are those of the code in suite SM', async () => {
    const text = JSON.stringify(await smValues(), null, 1);
    const part = generatedPart('docs/PROTOCOL.md', 'check-values-sm', `\n\`\`\`json\n${text}\n\`\`\`\n\n`);
    expect(part.actual).toBe(part.expected);
  });

  it('of draws are those of the code', () => {
    const text = JSON.stringify(drawValues(), null, 1);
    const part = generatedPart('docs/PROTOCOL.md', 'draw-check-values', `\n\`\`\`json\n${text}\n\`\`\`\n\n`);
    expect(part.actual).toBe(part.expected);
  });

  it('are those of the code', async () => {
    const text = JSON.stringify(await checkValues(), null, 1);
    const part = generatedPart('docs/PROTOCOL.md', 'check-values', `\n\`\`\`json\n${text}\n\`\`\`\n\n`);
    expect(part.actual).toBe(part.expected);
  });

  it('hold under the checks that the page describes', () => {
    expect(checkDealing({ dealing, type: 'bid', label: 'pinned', body, trusteeKeys, k: 2 })).toBe(true);
    expect(verifyShare({ share, dealing, y: first.public, context })).toBe(true);
    expect(openWithSecret(decodeScalar(encodeScalar(prepared.secret)), dealing)).toBeDefined();
  });
});
