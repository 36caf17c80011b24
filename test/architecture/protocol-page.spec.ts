/** A stranger's reading of docs/PROTOCOL.md: its check values follow from its text, without libs/trust. */
import { createDecipheriv, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  add,
  BASE,
  bytesOf,
  challenge,
  expand,
  extract,
  hashed,
  inverse,
  joined,
  numberOf,
  ORDER,
  readPoint,
  sha,
  times,
  wide,
} from '../support/page-crypto.ts';

interface PageDealing {
  readonly C: readonly string[];
  readonly E: readonly string[];
  readonly a1: readonly string[];
  readonly a2: readonly string[];
  readonly r: readonly string[];
}
interface Page {
  readonly 'g, hexadecimal': string;
  readonly move: Readonly<Record<string, string | number | null>>;
  readonly dealing: PageDealing;
  readonly share: {
    readonly D: string;
    readonly proof: { readonly a1: string; readonly a2: string; readonly r: string };
  };
  readonly [name: string]: unknown;
}

const text = readFileSync('docs/PROTOCOL.md', 'utf8');
const page = JSON.parse(/generated:check-values -->\s*```json\n(.*?)```/s.exec(text)?.[1] ?? '{}') as Page;
const value = (name: string): Buffer => {
  const found = page[name];
  if (typeof found !== 'string') throw new Error(`the page has no ${name}`);
  return Buffer.from(found, 'base64url');
};
const fill = (length: number, byte: number): Buffer => Buffer.alloc(length, byte);
const point = (encoded: string) => readPoint(Buffer.from(encoded, 'base64url'));
const scalar = (encoded: string) => numberOf(Buffer.from(encoded, 'base64url'));

const g = readPoint(Buffer.from(page['g, hexadecimal'], 'hex'));
const x = [1, 2, 3].map((i) => wide(fill(48, i)));
const y = x.map((secret) => times(secret, BASE));
const [x1, y1] = [x[0] ?? 0n, y[0] ?? null];
const dealingPrk = extract(sha('pinned'), fill(32, 9));
const a = [0, 1].map((j) => wide(expand(dealingPrk, joined('glasshall/1/coefficient/bid\0', j), 48)));
const [s, slope] = [a[0] ?? 0n, a[1] ?? 0n];
const { dealing, share } = page;
const [C, E, a1, a2] = [dealing.C, dealing.E, dealing.a1, dealing.a2].map((list) => list.map(point)) as [
  ReturnType<typeof point>[],
  ReturnType<typeof point>[],
  ReturnType<typeof point>[],
  ReturnType<typeof point>[],
];
const K = extract(sha('pinned'), hashed(times(s, BASE)));
const bidPrk = extract(fill(32, 2), fill(32, 1));
const jcs = JSON.stringify(
  Object.fromEntries(Object.entries(page.move).sort(([l], [r]) => (l < r ? -1 : 1))),
);

describe('docs/PROTOCOL.md, read by a stranger', () => {
  it('section 2: hashes of records', () => {
    expect(sha('glasshall/1\0documents\0[]')).toEqual(value('H("documents", [])'));
    expect(sha('glasshall/1\0move\0', jcs)).toEqual(value('H("move", move)'));
  });

  it('section 4: a dealing follows from its seed and passes the check', () => {
    expect(bytesOf(x1)).toEqual(value('x_1'));
    expect(readPoint(value('y_1'))).toEqual(y1);
    expect(a.map((coefficient) => times(coefficient, g))).toEqual(C);
    expect(y.map((key, i) => times(s + slope * BigInt(i + 1), key))).toEqual(E);
    expect(bytesOf(s)).toEqual(value('s'));
    const points = [g, BASE, ...y, ...C, ...E, ...a1, ...a2].map(hashed);
    const e = challenge(sha('glasshall/1/pvss', 0, 'bid', 'pinned', fill(32, 8), 3, 2, ...points));
    dealing.r.map(scalar).forEach((r, i) => {
      const X = add(C[0] ?? null, times(BigInt(i + 1), C[1] ?? null));
      expect(add(times(r, g), times(e, X))).toEqual(a1[i]);
      expect(add(times(r, y[i] ?? null), times(e, E[i] ?? null))).toEqual(a2[i]);
    });
    expect(K).toEqual(value('K'));
  });

  it('section 4: a share is right, and the page says why', () => {
    const D = point(share.D);
    const [b1, b2] = [point(share.proof.a1), point(share.proof.a2)];
    expect(D).toEqual(times(inverse(x1, ORDER), E[0] ?? null));
    const where = ['glasshall/1/share\0bid\0', fill(32, 10), fill(32, 11), 1, 'committee\0', 1] as const;
    const e = challenge(sha(...where, ...[BASE, y1, E[0] ?? null, D, b1, b2].map(hashed)));
    const r = scalar(share.proof.r);
    expect(add(times(r, BASE), times(e, y1))).toEqual(b1);
    expect(add(times(r, D), times(e, E[0] ?? null))).toEqual(b2);
  });

  it('sections 6, 7 and 10: keys, encryption to a point, signatures, entries', () => {
    expect(expand(K, joined('glasshall/1/cekE0'), 32)).toEqual(value('Expand(K, "glasshall/1/cekE0", 32)'));
    const journal = times(wide(expand(K, joined('glasshall/1/journal-key'), 48)), BASE);
    expect(readPoint(value('journal key of K'))).toEqual(journal);
    const info = joined('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM', 0, fill(24, 6), 'pinnedE0');
    const okm = expand(fill(32, 5), info, 76, 'sha512');
    expect(okm.subarray(44)).toEqual(
      value('commitment, key bytes(32, 5), salt bytes(24, 6), context "pinnedE0"'),
    );
    expect(expand(bidPrk, joined('glasshall/1/dealing/0/public'), 32)).toEqual(
      value('seedKey of (0, public), seed bytes(32, 1), bidNonce bytes(32, 2)'),
    );
    expect(sha('leaf', fill(32, 3), fill(32, 4))).toEqual(
      value('entry of hash bytes(32, 3), blind bytes(32, 4)'),
    );
    const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
    const wk = createPrivateKey({
      key: Buffer.concat([pkcs8, expand(bidPrk, joined('glasshall/1/wk'), 32)]),
      format: 'der',
      type: 'pkcs8',
    });
    expect(sign(null, joined('glasshall/1/sig\0move\0', jcs), wk)).toEqual(
      value('signature of move under it'),
    );
  });

  it('section 6: a message to a trustee’s point opens', () => {
    const message = value('message to y_1, info "check", plaintext "text", t = wide(bytes(48, 12))');
    const T = readPoint(message.subarray(0, 33));
    expect(T).toEqual(times(wide(fill(48, 12)), BASE));
    const prk = extract(fill(32, 0), hashed(times(x1, T)));
    const key = expand(prk, joined('glasshall/1/ecies\0check\0', hashed(T), hashed(y1)), 32);
    const cipher = createDecipheriv('aes-256-gcm', key, fill(12, 0)).setAuthTag(message.subarray(-16));
    const plain = Buffer.concat([cipher.update(message.subarray(33, -16)), cipher.final()]);
    expect(plain.toString()).toBe('text');
  });
});
