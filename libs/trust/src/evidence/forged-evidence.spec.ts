import { addMs, formatInstant } from '#kernel';
import { nodeAead } from '#trust/node';
import { createHash } from 'node:crypto';
import { makeLot, sheetOf } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { hashText, signRecord } from '../encoding/index.ts';
import type { Signer } from '../pki/signer.ts';
import type {
  ArrivalReceipt,
  Award,
  Close,
  DeadlineChange,
  EvaluationReport,
  OpeningRecord,
  Publicity,
  Shares,
  StoredReceipt,
} from '../records/index.ts';
import type { BundleReader, Evidence } from './bundle.ts';
import { checkAward } from './check-award.ts';
import { checkIntake } from './check-intake.ts';
import { checkLog } from './check-log.ts';
import { checkLot } from './check-lot.ts';
import { checkOpening } from './check-opening.ts';
import { checkShownReceipts } from './check-receipts.ts';
import { checkWhole } from './check-whole.ts';
import { Verification } from './context.ts';
import { Findings } from './report.ts';

/** What the operator can sign and log as it likes: every statement here carries signatures that hold. */
let lot: LotFixture;
let platform: Signer;
beforeAll(async () => {
  lot = await makeLot();
  platform = await lot.bidder(900);
}, 60_000);

const later = (ms: number): string => formatInstant(addMs(lot.now, ms));
const DAY = 86_400_000;
const name = (text: string): string => hashText('test', { text });

const closeOf = (change: Partial<Close> = {}): Close => ({
  type: 'close',
  lotKeyHash: lot.lotKeyHash,
  deadline: lot.lotKey.deadline,
  deadlineChange: null,
  checkpoint: 'example.org/log\n7\nAAAA\n',
  closedAt: later(DAY + 60_000),
  releaseAt: later(DAY + 360_000),
  accepted: [],
  moves: [],
  refused: [],
  intake: [],
  crls: [],
  ...change,
});

const recordOf = (change: Partial<OpeningRecord> = {}): OpeningRecord => ({
  type: 'opening-record',
  lot: lot.lotKey.lot,
  lotKeyHash: lot.lotKeyHash,
  close: hashText('close', closeOf()),
  adds: [],
  openedAt: later(DAY + 360_000),
  finishedAt: later(DAY + 400_000),
  result: 'failed',
  distinctBidders: 0,
  bids: [],
  trustees: [],
  objections: [],
  ...change,
});

const storedOf = (c: string, change: Partial<StoredReceipt> = {}): StoredReceipt => ({
  type: 'receipt-stored',
  lotKeyHash: lot.lotKeyHash,
  c,
  storedAt: later(1000),
  inTime: true,
  envelopes: [{ e: 'I', root: name('root'), length: 1 }],
  ...change,
});

/** The first change of the deadline, by a day. */
const changeOf = (): DeadlineChange => ({
  type: 'deadline',
  lotKeyHash: lot.lotKeyHash,
  sequence: 1,
  from: lot.lotKey.deadline,
  to: later(2 * DAY),
  reason: '平台故障',
});

const sharesOf = (change: Partial<Shares> = {}): Shares => ({
  type: 'shares',
  lotKeyHash: lot.lotKeyHash,
  close: hashText('close', closeOf()),
  adds: [],
  stage: 0,
  audience: 'public',
  i: 1,
  shares: [],
  ...change,
});

const NO_FILES: BundleReader = {
  entries: [],
  bytes: () => Promise.reject(new Error('no file is read')),
  stream: () => {
    throw new Error('no file is read');
  },
};

type Records = { readonly [K in keyof Evidence['records']]?: readonly (readonly [string, object])[] };

/** A verification of these records, and what it found, one line each. */
function verification(records: Records, proofs: Partial<Evidence['proofs']> = {}) {
  const signers = [platform, ...lot.trustees].map(({ certificate }) => certificate);
  const kinds = [
    'notice',
    'deadline',
    'lotkey',
    'journal',
    'close',
    'close-add',
    'commit',
    'arrival',
  ] as const;
  const more = [
    'stored',
    'shares',
    'sealed-shares',
    'reveal',
    'opening-record',
    'evaluation-report',
  ] as const;
  const all = [
    ...kinds,
    ...more,
    'outside-time',
    'draw',
    'cancellation',
    'key-destroyed',
    'publicity',
    'award',
  ] as const;
  const given: Records = { notice: [['1', lot.notice]], lotkey: [['', lot.signed]], ...records };
  const evidence = {
    header: {
      type: 'bundle',
      version: 1,
      lot: lot.lotKey.lot,
      audience: 'public',
      createdAt: later(0),
      files: [],
    },
    records: Object.fromEntries(all.map((kind) => [kind, new Map(given[kind] ?? [])])),
    tokens: new Map(),
    certificates: new Map(signers.map((certificate) => [certificate.fingerprint, certificate])),
    crls: new Map(),
    envelopes: new Set(),
    checkpoint: '',
    proofs: { type: 'proofs', leaves: [], checkpoints: [], ...proofs },
    dummies: null,
  } as unknown as Evidence;
  const trust = {
    origin: 'example.org/log',
    log: 'example.org/log',
    witnesses: [],
    q: 0,
    ca: [lot.ca.certificate],
    tsa: [],
    outside: new Map(),
    dummies: false,
    platform: new Set([platform.certificate.fingerprint]),
  };
  const tools = {
    newHash: () => createHash('sha256'),
    aead: nodeAead,
    rank: () => ({ bids: [], candidates: [], result: 'all-rejected' as const }),
  };
  const findings = new Findings();
  const v = new Verification(evidence, NO_FILES, trust, tools, findings);
  const found = (): string[] =>
    findings
      .results()
      .flatMap(({ id, problems }) => problems.map(({ code, subject }) => `${id} ${code} ${subject}`));
  return { v, found };
}

const byPlatform = async <T extends object>(type: string, record: T) =>
  ['', await signRecord(type, record, [platform])] as const;

describe('an operator who signs what it likes', () => {
  it('cannot drop a bid that it stored in time by listing it as refused', async () => {
    const c = name('rival');
    const refused = [{ c, arrivedAt: later(500), reason: 'malformed' as const }];
    const [, stored] = await byPlatform('receipt-stored', storedOf(c));
    const { v, found } = verification({
      close: [await byPlatform('close', closeOf({ refused }))],
      stored: [[c, stored]],
    });
    await checkIntake(v);
    expect(found()).toContain(`V07 EVIDENCE.DROPPED ${c}`);
  });

  it('cannot refuse as late what came before the deadline', async () => {
    const c = name('rival');
    const refused = [{ c, arrivedAt: later(500), reason: 'late' as const }];
    const { v, found } = verification({ close: [await byPlatform('close', closeOf({ refused }))] });
    await checkIntake(v);
    expect(found()).toContain(`V07 EVIDENCE.NOT_LATE ${c}`);
  });

  it('cannot show a stored receipt of another lot, or of other envelopes', async () => {
    const c = name('bid');
    const [, stored] = await byPlatform('receipt-stored', storedOf(c, { lotKeyHash: name('other lot') }));
    const { v, found } = verification({
      close: [await byPlatform('close', closeOf())],
      stored: [[c, stored]],
    });
    await checkIntake(v);
    expect(found()).toContain(`V07 EVIDENCE.OTHER_STRUCTURE stored/${c}.json`);
  });

  it('cannot leave every revocation list out of CLOSE', async () => {
    const { v, found } = verification({ close: [await byPlatform('close', closeOf())] });
    v.checkSigners('V02', 'notices/1.json', 'notice', lot.notice, {
      when: lot.now,
      needed: [lot.notice.record.agency.creditCode],
      blame: 'agency',
    });
    expect(found().join('\n')).toContain('V01 CERT.CRL_MISSING');
  });

  it('cannot read out a bid that was withdrawn', async () => {
    const bidder = await lot.bidder(1);
    const from = name('withdrawn');
    const move = { type: 'move' as const, lotKeyHash: lot.lotKeyHash, from, to: null, sequence: 1 };
    const moved = {
      move: { record: move, sig: 'A'.repeat(86) },
      arrivedAt: later(1000),
      blind: name('blind'),
      index: 3,
      token: name('token'),
    };
    const sheet = sheetOf(bidder);
    const record = recordOf({
      bids: [{ c: from, outcome: 'opened', reason: '', bidder: sheet.bidder, sheet }],
    });
    const { v, found } = verification({
      close: [await byPlatform('close', closeOf({ moves: [moved] }))],
      'opening-record': [await byPlatform('opening-record', record)],
    });
    await checkOpening(v);
    expect(found()).toContain(`V16 EVIDENCE.OTHER_OUTCOME ${from}`);
  });

  it('cannot open before the window is over', async () => {
    const record = recordOf({ openedAt: later(DAY + 359_000) });
    const { v, found } = verification({
      close: [await byPlatform('close', closeOf())],
      'opening-record': [await byPlatform('opening-record', record)],
    });
    await checkOpening(v);
    expect(found()).toContain('V16 EVIDENCE.OPENED_EARLY record.json');
  });

  it('cannot announce committee shares that no trustee signed, of another lot, in a lot that failed', async () => {
    const record = {
      type: 'sealed-shares' as const,
      lotKeyHash: name('other lot'),
      close: hashText('close', closeOf()),
      stage: 1,
      i: 1,
      shares: name('shares'),
    };
    const [, forged] = await byPlatform('sealed-shares', record);
    const { v, found } = verification({
      close: [await byPlatform('close', closeOf())],
      'opening-record': [await byPlatform('opening-record', recordOf())],
      'sealed-shares': [['1-1', forged]],
    });
    await checkOpening(v);
    expect(found()).toContain('V11 EVIDENCE.SHARES_SEAT sealed-shares/1-1.json');
    expect(found()).toContain('V11 EVIDENCE.SHARES_HEAD sealed-shares/1-1.json');
    expect(found()).toContain('V17 EVIDENCE.OPENED_TOO_MUCH sealed-shares/1-1.json');
  });

  it('cannot give one record two places, nor accept what was logged after CLOSE’s checkpoint', async () => {
    const bid = {
      c: name('bid'),
      arrivedAt: later(1000),
      storedAt: later(2000),
      blind: name('blind'),
      index: 7,
      token: name('token'),
    };
    const leaf = { hash: bid.c, type: 'commit', blind: bid.blind, index: 7, proof: [] };
    const { v, found } = verification(
      { close: [await byPlatform('close', closeOf({ accepted: [bid] }))] },
      { leaves: [{ ...leaf, index: 2 }, leaf] },
    );
    await checkLog(v);
    expect(found()).toContain('V05 EVIDENCE.LOGGED_TWICE log/proofs.json');
    expect(found()).toContain(`V05 EVIDENCE.LOGGED_LATE ${bid.c}`);
  });

  it('cannot leave a bid out of CLOSE and of the bundle, where its bidder shows the receipt', async () => {
    const c = name('bid');
    const arrival = {
      type: 'receipt-arrival' as const,
      lot: lot.lotKey.lot,
      lotKeyHash: lot.lotKeyHash,
      subject: c,
      kind: 'commit' as const,
      from: null,
      arrivedAt: later(1000),
      inTime: true,
    };
    const receipt = {
      arrival: (await byPlatform('receipt-arrival', arrival))[1],
      log: null,
      stored: (await byPlatform('receipt-stored', storedOf(c)))[1],
    };
    const bid = {
      c,
      arrivedAt: arrival.arrivedAt,
      storedAt: later(2000),
      blind: name('blind'),
      index: 3,
      token: name('token'),
    };
    const foundWith = async (change: Partial<Close>) => {
      const { v, found } = verification({ close: [await byPlatform('close', closeOf(change))] });
      checkShownReceipts(v, [receipt]);
      return found();
    };
    expect(await foundWith({ accepted: [bid] })).toEqual([]);
    expect(await foundWith({})).toEqual([`V05 EVIDENCE.RECEIPT_DROPPED receipt of ${c}`]);
    const refused = [{ c, arrivedAt: arrival.arrivedAt, reason: 'incomplete' as const }];
    expect(await foundWith({ refused })).toEqual([`V05 EVIDENCE.RECEIPT_DROPPED receipt of ${c}`]);
    expect(await foundWith({ accepted: [{ ...bid, arrivedAt: later(900) }] })).toEqual([
      `V05 EVIDENCE.OTHER_TIME receipt of ${c}`,
    ]);
  });

  it('cannot forget a withdrawal or a replacement whose receipt is shown, nor say that it moved another bid', async () => {
    const c = name('bid');
    const record = { type: 'move' as const, lotKeyHash: lot.lotKeyHash, from: c, to: null, sequence: 1 };
    const subject = hashText('move', record);
    const arrivalOf = async (change: Partial<ArrivalReceipt> = {}) => {
      const arrival: ArrivalReceipt = {
        type: 'receipt-arrival',
        lot: lot.lotKey.lot,
        lotKeyHash: lot.lotKeyHash,
        subject,
        kind: 'withdraw',
        from: c,
        arrivedAt: later(3000),
        inTime: true,
        ...change,
      };
      const [, signed] = await byPlatform('receipt-arrival', arrival);
      return { arrival: signed, log: null, stored: null };
    };
    const bid = {
      c,
      arrivedAt: later(1000),
      storedAt: later(2000),
      blind: name('blind'),
      index: 3,
      token: name('token'),
    };
    const move = {
      move: { record, sig: 'A'.repeat(86) },
      arrivedAt: later(3000),
      blind: name('blind'),
      index: 4,
      token: name('token'),
    };
    const foundWith = async (change: Partial<Close>, receipt = arrivalOf()) => {
      const { v, found } = verification({ close: [await byPlatform('close', closeOf(change))] });
      checkShownReceipts(v, [await receipt]);
      return found();
    };
    const place = `receipt of ${subject}`;
    expect(await foundWith({ moves: [move] })).toEqual([]);
    expect(await foundWith({ accepted: [bid] })).toEqual([`V05 EVIDENCE.RECEIPT_DROPPED ${place}`]);
    // A late one changes nothing; nor does one of a bid that never was whole.
    const late = { arrivedAt: lot.lotKey.deadline, inTime: false };
    expect(await foundWith({ accepted: [bid] }, arrivalOf(late))).toEqual([]);
    expect(await foundWith({})).toEqual([]);
    expect(await foundWith({ moves: [move] }, arrivalOf({ from: name('another') }))).toEqual([
      `V05 EVIDENCE.OTHER_MOVE ${place}`,
    ]);
    expect(await foundWith({ moves: [{ ...move, arrivedAt: later(3001) }] })).toEqual([
      `V05 EVIDENCE.OTHER_TIME ${place}`,
    ]);
  });

  it('cannot move a bid to one that was never stored, to itself, or out of its sequence', async () => {
    const [a, b] = [name('a'), name('b')];
    const moveOf = (from: string, to: string | null, sequence: number): Close['moves'][number] => ({
      move: {
        record: { type: 'move', lotKeyHash: lot.lotKeyHash, from, to, sequence },
        sig: 'A'.repeat(86),
      },
      arrivedAt: later(3000 + sequence),
      blind: name('blind'),
      index: 4,
      token: name('token'),
    });
    const [, stored] = await byPlatform('receipt-stored', storedOf(b));
    const foundWith = async (...moves: Close['moves']) => {
      const { v, found } = verification({
        close: [await byPlatform('close', closeOf({ moves }))],
        stored: [[b, stored]],
      });
      await checkIntake(v);
      return found().filter((line) => /MOVED_TO_NOTHING|MOVE_SEQUENCE/.test(line));
    };
    expect(await foundWith(moveOf(a, b, 1), moveOf(b, null, 2))).toEqual([]);
    expect(await foundWith(moveOf(a, name('nothing'), 1))).toEqual([
      `V07 EVIDENCE.MOVED_TO_NOTHING move of ${a}`,
    ]);
    expect(await foundWith(moveOf(a, b, 2), moveOf(b, null, 2))).toEqual([
      `V07 EVIDENCE.MOVE_SEQUENCE move of ${b}`,
    ]);
    expect(await foundWith(moveOf(b, b, 1))).toEqual([`V07 EVIDENCE.MOVE_SEQUENCE move of ${b}`]);
  });

  it('cannot close by an older deadline than the newest change, nor by one that nobody sees', async () => {
    const change = changeOf();
    const signed = await signRecord('deadline', change, lot.trustees.slice(1, 3));
    const foundWith = async (shown: boolean, named: boolean) => {
      const close = closeOf({
        deadline: change.to,
        deadlineChange: named ? hashText('deadline', change) : null,
      });
      const { v, found } = verification({
        close: [await byPlatform('close', close)],
        ...(shown ? { deadline: [['1', signed] as const] } : {}),
      });
      await checkLot(v);
      return found().filter((line) => line.includes('close.json'));
    };
    expect(await foundWith(true, true)).toEqual([]);
    expect(await foundWith(true, false)).toEqual(['V02 EVIDENCE.DEADLINE close.json']);
    expect(await foundWith(false, true)).not.toEqual([]);
  });

  it('cannot record that a trustee came who sent nothing, nor leave one out who did', async () => {
    const seats = (used: readonly number[]) =>
      [1, 2, 3, 4, 5].map((i) => ({ i, state: used.includes(i) ? ('used' as const) : ('absent' as const) }));
    const shareOf = async (i: number, audience: 'public' | 'journal') => {
      const [, signed] = await byPlatform('shares', sharesOf({ audience, i }));
      return [`0-${audience}-${i}`, signed] as const;
    };
    const shares = [await shareOf(1, 'public'), await shareOf(2, 'journal')];
    const foundWith = async (trustees: OpeningRecord['trustees']) => {
      const { v, found } = verification({
        close: [await byPlatform('close', closeOf())],
        'opening-record': [await byPlatform('opening-record', recordOf({ trustees }))],
        shares,
      });
      await checkOpening(v);
      return found().filter((line) => line.includes('EVIDENCE.TRUSTEES'));
    };
    expect(await foundWith(seats([1]))).toEqual([]);
    expect(await foundWith(seats([1, 2]))).toEqual([]);
    expect(await foundWith(seats([1, 3]))).toEqual(['V16 EVIDENCE.TRUSTEES record.json, seat 3']);
    expect(await foundWith(seats([2]))).toEqual(['V16 EVIDENCE.TRUSTEES record.json, seat 1']);
    expect(await foundWith(seats([1]).slice(1))).toContain('V16 EVIDENCE.TRUSTEES record.json');
  });

  it('cannot log an addition after the first share', async () => {
    const add = {
      type: 'close-add' as const,
      lotKeyHash: lot.lotKeyHash,
      close: hashText('close', closeOf()),
      sequence: 1,
      bid: {
        c: name('bid'),
        arrivedAt: later(1000),
        storedAt: later(2000),
        blind: name('blind'),
        index: 3,
        token: name('token'),
      },
      addedAt: later(DAY + 61_000),
    };
    const shares = sharesOf({ adds: [hashText('close-add', add)] });
    const places = [
      [hashText('close', closeOf()), 8],
      [hashText('shares', shares), 9],
      [hashText('close-add', add), 10],
    ] as const;
    const { v, found } = verification(
      {
        close: [await byPlatform('close', closeOf())],
        'close-add': [['1', (await byPlatform('close-add', add))[1]]],
        shares: [['0-public-1', (await byPlatform('shares', shares))[1]]],
      },
      {
        leaves: places.map(([hash, index]) => ({ hash, index, type: '', blind: name('blind'), proof: [] })),
      },
    );
    checkWhole(v);
    expect(found()).toContain('V17 EVIDENCE.OUT_OF_ORDER shares/0-public-1.json');
  });

  it('cannot log a later deadline after CLOSE', async () => {
    const change = changeOf();
    const close = await byPlatform('close', closeOf());
    const leaf = (hash: string, type: string, index: number) => ({
      hash,
      type,
      index,
      blind: name('blind'),
      proof: [],
    });
    const { v, found } = verification(
      { close: [close], deadline: [['1', (await byPlatform('deadline', change))[1]]] },
      {
        leaves: [
          leaf(hashText('close', closeOf()), 'close', 5),
          leaf(hashText('deadline', change), 'deadline', 6),
        ],
      },
    );
    checkWhole(v);
    expect(found()).toContain('V17 EVIDENCE.OUT_OF_ORDER deadlines/1.json');
  });
});

it('an agency cannot shorten the publicity by setting its date back, nor show another lot’s', async () => {
  const record = recordOf();
  const report: EvaluationReport = {
    type: 'evaluation-report',
    lot: record.lot,
    openingRecord: hashText('opening-record', record),
    method: lot.notice.record.method,
    bids: [],
    candidates: [],
    result: 'all-rejected',
    reportedAt: later(5 * DAY),
  };
  const other = '00000000-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
  const bidder = { name: '投标人', creditCode: '914400000000000101' };
  const publicity: Publicity = {
    type: 'publicity',
    lot: other,
    report: hashText('evaluation-report', report),
    candidates: [{ rank: 1, c: name('bid'), bidder, price: '1.00' }],
    from: later(2 * DAY),
    until: later(5 * DAY),
  };
  const award: Award = {
    type: 'award',
    lot: other,
    publicity: hashText('publicity', publicity),
    c: name('bid'),
    bidder,
    price: '1.00',
    awardedAt: later(5 * DAY),
  };
  const { v, found } = verification({
    close: [await byPlatform('close', closeOf())],
    'opening-record': [await byPlatform('opening-record', record)],
    'evaluation-report': [await byPlatform('evaluation-report', report)],
    publicity: [await byPlatform('publicity', publicity)],
    award: [await byPlatform('award', award)],
  });
  checkAward(v);
  expect(found()).toContain('V20 EVIDENCE.OUT_OF_ORDER publicity.json');
  expect(found()).toContain('V20 EVIDENCE.OTHER_LOT publicity.json');
  expect(found()).toContain('V20 EVIDENCE.OTHER_LOT award.json');
});
