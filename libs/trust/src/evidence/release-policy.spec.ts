import { DAY, MINUTE, SECOND, addMs, formatInstant } from '#kernel';
import type { Instant } from '#kernel';
import { makeLot, testCreditCode } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import {
  b64u,
  concat,
  edPublicKey,
  edSign,
  hashText,
  signRecord,
  signatureInput,
  systemRandom,
} from '../encoding/index.ts';
import {
  blindedLeaf,
  checkpointText,
  cosign,
  leafHash,
  merkleRoot,
  signNote,
  TILE_WIDTH,
  withSignatures,
} from '../log/index.ts';
import type { TileReader } from '../log/index.ts';
import type { Certificate, Signer } from '../pki/index.ts';
import type { Close, CloseAdd, Commit, DeadlineChange, LotKey, Notice } from '../records/index.ts';
import { bidLabel, commitBody, prepareDealing, proveDealing, trusteeKeysOf } from '../threshold/index.ts';
import { proveLog } from './log-view.ts';
import { checkRelease, closeDueAt, releaseDueAt } from './release-policy.ts';
import type { Logged, ReleaseFacts, ReleaseTrust } from './release-policy.ts';
import { invalidCommits } from './shares.ts';

let lot: LotFixture;
let lotKey: LotKey;
let notice: Notice;
let platform: Signer;
let deadline: Instant;
let commits: Commit[];
let secrets: Uint8Array[];
const certificates = new Map<string, Certificate>();
const logSecret = systemRandom(32);
const logKey = { name: 'test.log', publicKey: edPublicKey(logSecret) };

/** A log that grows as a test adds records to it. */
class Log {
  readonly entries: Uint8Array[] = [];
  add(hash: string): { blind: string; index: number } {
    const blind = systemRandom(32);
    this.entries.push(blindedLeaf(b64u.decode(hash), blind));
    return { blind: b64u.encode(blind), index: this.entries.length - 1 };
  }
  checkpoint(secret = logSecret): string {
    const root = merkleRoot(this.entries.map((entry) => leafHash(entry)));
    const text = checkpointText({ origin: logKey.name, size: this.entries.length, root });
    return signNote(text, [{ name: logKey.name, secret }]);
  }
  readonly tile: TileReader = ({ level, index, width }) => {
    const span = TILE_WIDTH ** level;
    const leaves = this.entries.map(leafHash);
    const start = (n: number) => (index * TILE_WIDTH + n) * span;
    const hashes = Array.from({ length: width }, (_, n) =>
      merkleRoot(leaves.slice(start(n), start(n) + span)),
    );
    return Promise.resolve(concat(...hashes));
  };
  /** All of it. */
  view(checkpoints: readonly string[], checkpoint = this.checkpoint()) {
    return proveLog({ indexes: [...this.entries.keys()], checkpoints }, checkpoint, logKey, this.tile);
  }
}

const hashOfCommit = (commit: Commit): string => hashText('commit', commit);

function commitOf(lotKeyHash: string): { commit: Commit; secret: Uint8Array } {
  const secret = systemRandom(32);
  const named = { suite: 'P256' as const, lotKeyHash, bidNonce: b64u.encode(systemRandom(32)) };
  const prepared = prepareDealing({
    type: 'bid',
    label: bidLabel(named, 0, 'public'),
    stage: 0,
    audience: 'public',
    seedKey: systemRandom(32),
    trusteeKeys: trusteeKeysOf(lotKey),
    k: lotKey.k,
  });
  const unproven = {
    type: 'commit' as const,
    ...named,
    suite: 'P256' as const,
    envelopes: [{ e: 'I' as const, root: b64u.encode(systemRandom(32)), length: 1000 }],
    wk: b64u.encode(edPublicKey(secret)),
  };
  const body = commitBody({ ...unproven, dealings: [prepared] });
  return { commit: { ...unproven, dealings: [proveDealing(prepared, body, systemRandom)] }, secret };
}

beforeAll(async () => {
  lot = await makeLot();
  deadline = addMs(lot.now, DAY);
  const party = (number: number) => ({ name: `单位 ${number}`, creditCode: testCreditCode(number) });
  notice = { lot: lot.lotKey.lot, tenderee: party(1), agency: party(2), regulator: party(3) } as Notice;
  lotKey = { ...lot.lotKey, notice: hashText('notice', notice), deadline: formatInstant(deadline) };
  const made = [1, 2, 3, 4].map(() => commitOf(hashText('lotkey', lotKey)));
  commits = made.map(({ commit }) => commit);
  secrets = made.map(({ secret }) => secret);
  platform = await lot.bidder(50);
  for (const { certificate } of [platform, ...lot.trustees]) {
    certificates.set(certificate.fingerprint, certificate);
  }
});

interface Scene {
  facts: ReleaseFacts;
  trust: ReleaseTrust;
}

/** What a test may change before the records are signed and logged. */
interface Changes {
  readonly close?: (close: Close) => Close;
  readonly closeSigner?: Signer;
  readonly add?: (add: CloseAdd) => CloseAdd;
  readonly changes?: readonly DeadlineChange[];
  readonly changeSigners?: readonly number[];
  readonly moved?: boolean;
  /** What the first bid, `c`, was replaced by. */
  readonly movedTo?: (c: string) => string;
  readonly listedAllTheSame?: boolean;
  readonly facts?: (facts: ReleaseFacts) => ReleaseFacts;
}

const newestOf = ({ changes }: Changes): string | null => {
  const newest = changes?.at(-1);
  return newest ? hashText('deadline', newest) : null;
};

async function scene(change: Changes = {}): Promise<Scene> {
  const log = new Log();
  const lotKeyHash = hashText('lotkey', lotKey);
  const logged = async <T>(type: string, record: T, signers: Signer[]): Promise<Logged<T>> => ({
    signed: await signRecord(type, record, signers),
    log: log.add(hashText(type, record)),
  });
  const until = change.changes?.at(-1)?.to ?? lotKey.deadline;
  const end = addMs(Date.parse(until) as Instant, 0);
  const accepted = commits.map((commit, n) => ({
    c: hashOfCommit(commit),
    arrivedAt: formatInstant(addMs(deadline, -1000 * (10 - n))),
    storedAt: formatInstant(addMs(deadline, -1000 * (10 - n) + 1)),
    ...log.add(hashOfCommit(commit)),
    token: hashText('token', { n }),
  }));
  const [first, second, third, fourth] = accepted as [
    Close['accepted'][0],
    Close['accepted'][0],
    Close['accepted'][0],
    Close['accepted'][0],
  ];
  const move = {
    type: 'move' as const,
    lotKeyHash,
    from: first.c,
    to: change.movedTo?.(first.c) ?? null,
    sequence: 1,
  };
  const moveLeaf = log.add(hashText('move', move));
  const sig = b64u.encode(edSign(secrets[0] as Uint8Array, signatureInput('move', move)));
  const closedAt = closeDueAt(end, lotKey.acceleration);
  const releaseAt = releaseDueAt(closedAt, lotKey.acceleration);
  const listed = change.moved && !change.listedAllTheSame ? [second, third] : [first, second, third];
  const close: Close = {
    type: 'close',
    lotKeyHash,
    deadline: until,
    deadlineChange: newestOf(change),
    checkpoint: log.checkpoint(),
    closedAt: formatInstant(closedAt),
    releaseAt: formatInstant(releaseAt),
    accepted: listed,
    moves: change.moved
      ? [{ move: { record: move, sig }, arrivedAt: second.arrivedAt, ...moveLeaf, token: first.token }]
      : [],
    refused: [],
    intake: [],
    crls: [],
  };
  const closing = change.close?.(close) ?? close;
  const agreed = (change.changeSigners ?? [2, 3]).map((i) => lot.trustees[i - 1] as Signer);
  const deadlineChanges = await Promise.all(
    (change.changes ?? []).map((record) => logged('deadline', record, agreed)),
  );
  const loggedClose = await logged('close', closing, [change.closeSigner ?? platform]);
  const add: CloseAdd = {
    type: 'close-add',
    lotKeyHash,
    close: hashText('close', closing),
    sequence: 1,
    bid: fourth,
    addedAt: formatInstant(addMs(releaseAt, -1)),
  };
  const adds = [await logged('close-add', change.add?.(add) ?? add, [platform])];
  const facts: ReleaseFacts = {
    now: releaseAt,
    lotKey,
    notice,
    deadlineChanges,
    close: loggedClose,
    adds,
    commits: new Map(commits.map((commit) => [hashOfCommit(commit), commit])),
    knownClose: null,
    knownDeadline: null,
  };
  const view = await log.view([closing.checkpoint]);
  const trust: ReleaseTrust = {
    certificate: (fingerprint) => certificates.get(fingerprint),
    certificateAt: (fingerprint) => certificates.get(fingerprint),
    platform: new Set([platform.certificate.fingerprint]),
    witnesses: { q: 0, witnesses: [] },
    log: view,
    invalidCommits,
  };
  return { facts: change.facts?.(facts) ?? facts, trust };
}

const codeOf = async (change: Changes): Promise<string> => {
  const { facts, trust } = await scene(change);
  return checkRelease(facts, trust).then(
    () => 'released',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
};

const knownOf = (change: DeadlineChange) => ({
  sequence: change.sequence,
  hash: hashText('deadline', change),
});

const later = (to: number, over: Partial<DeadlineChange> = {}): DeadlineChange => ({
  type: 'deadline',
  lotKeyHash: hashText('lotkey', lotKey),
  sequence: 1,
  from: lotKey.deadline,
  to: formatInstant(addMs(deadline, to)),
  reason: '平台故障',
  ...over,
});
const onFirst = (over: Partial<Close['accepted'][0]>) => (close: Close) => ({
  ...close,
  accepted: close.accepted.map((bid, n) => (n === 0 ? { ...bid, ...over } : bid)),
});

describe('a trustee’s client', () => {
  it('releases for the accepted and the added bids, in order of arrival', async () => {
    const { facts, trust } = await scene();
    const permit = await checkRelease(facts, trust);
    expect(permit.bids.map(({ c }) => c)).toEqual(commits.map(hashOfCommit));
    expect(permit.close).toBe(hashText('close', facts.close.signed.record));
    expect(permit.adds).toHaveLength(1);
  });

  it('releases after a deadline that was moved as the rules ask', async () => {
    expect(await codeOf({ changes: [later(DAY)] })).toBe('released');
    const facts = (f: ReleaseFacts) => ({ ...f, knownDeadline: knownOf(later(DAY)) });
    expect(await codeOf({ changes: [later(DAY)], facts })).toBe('released');
    expect(await codeOf({ changes: [later(DAY)], changeSigners: [1, 3] })).toBe('released');
  });

  it('releases without a bid that its own key withdrew', async () => {
    const { facts, trust } = await scene({ moved: true });
    const { bids } = await checkRelease(facts, trust);
    expect(bids.map(({ c }) => c)).toEqual(commits.slice(1).map(hashOfCommit));
  });

  it.each([
    [-1, 'EVIDENCE.RELEASE_WINDOW'],
    [0, 'released'],
    [1, 'released'],
  ])('goes by its own clock (%i ms)', async (ms, code) => {
    expect(await codeOf({ facts: (facts) => ({ ...facts, now: addMs(facts.now, ms) }) })).toBe(code);
  });

  it.each<[string, string, Changes | (() => Changes)]>([
    [
      'a notice that LOTKEY does not name',
      'LOT',
      { facts: (f) => ({ ...f, notice: { ...notice, version: 2 } }) },
    ],
    [
      'a notice of another suite',
      'SUITE',
      () => {
        const other = { ...notice, suite: 'SM' as const };
        const named = { ...lotKey, notice: hashText('notice', other) };
        return { facts: (f: ReleaseFacts) => ({ ...f, lotKey: named, notice: other }) };
      },
    ],
    ['a CLOSE of another suite', 'SUITE', { close: (c) => ({ ...c, suite: 'SM' }) }],
    ['an addition of another suite', 'SUITE', { add: (a) => ({ ...a, suite: 'SM' }) }],
    [
      'a move of another suite',
      'SUITE',
      {
        moved: true,
        close: (c) => ({
          ...c,
          moves: c.moves.map((one) => ({
            ...one,
            move: { ...one.move, record: { ...one.move.record, suite: 'SM' as const } },
          })),
        }),
      },
    ],
    ['CLOSE of another lot', 'LOT', { close: (c) => ({ ...c, lotKeyHash: c.accepted[0]!.c }) }],
    ['CLOSE by somebody else', 'CLOSE_SIGNER', () => ({ closeSigner: lot.trustees[0]! })],
    [
      'a second CLOSE',
      'CLOSE_SECOND',
      { facts: (f) => ({ ...f, knownClose: f.close.signed.record.accepted[0]!.c }) },
    ],
    [
      'an unlogged CLOSE',
      'CLOSE_UNLOGGED',
      { facts: (f) => ({ ...f, close: { ...f.close, log: { ...f.close.log, index: 0 } } }) },
    ],
    [
      'another deadline',
      'CLOSE_DEADLINE',
      { close: (c) => ({ ...c, deadline: formatInstant(addMs(deadline, -MINUTE)) }) },
    ],
    [
      'CLOSE before the margin',
      'CLOSE_EARLY',
      { close: (c) => ({ ...c, closedAt: formatInstant(addMs(deadline, MINUTE - 1)) }) },
    ],
    [
      'a short window',
      'CLOSE_EARLY',
      { close: (c) => ({ ...c, releaseAt: formatInstant(addMs(deadline, 6 * MINUTE - 1)) }) },
    ],
    [
      'a window without end',
      'CLOSE_DEADLINE',
      { close: (c) => ({ ...c, releaseAt: formatInstant(addMs(deadline, 2 * DAY)) }) },
    ],
    [
      'a checkpoint of another key',
      'CHECKPOINT',
      { close: (c) => ({ ...c, checkpoint: new Log().checkpoint(systemRandom(32)) }) },
    ],
    [
      'a checkpoint of another history',
      'CHECKPOINT',
      () => {
        const other = new Log();
        other.add(hashText('other', {}));
        return { close: (c: Close) => ({ ...c, checkpoint: other.checkpoint() }) };
      },
    ],
    ['bids out of order', 'BID_ORDER', { close: (c) => ({ ...c, accepted: [...c.accepted].reverse() }) }],
    [
      'a bid twice',
      'BID_ORDER',
      { add: (a) => a, close: (c) => ({ ...c, accepted: [c.accepted[0]!, ...c.accepted] }) },
    ],
    ['a bid at the deadline', 'BID_LATE', () => ({ close: onFirst({ storedAt: formatInstant(deadline) }) })],
    ['a bid that is not in the log', 'BID_UNLOGGED', { close: onFirst({ index: 1 }) }],
    ['a bid that was logged after CLOSE', 'BID_UNLOGGED', { close: onFirst({ index: 1_000_000 }) }],
    ['a bid whose COMMIT is withheld', 'COMMIT', { facts: (f) => ({ ...f, commits: new Map() }) }],
    [
      'a bid with another COMMIT',
      'COMMIT',
      () => ({
        facts: (f: ReleaseFacts) => ({
          ...f,
          commits: new Map([...f.commits].map(([c]) => [c, commits[3]!] as const)),
        }),
      }),
    ],
    [
      'a withdrawal that its key did not sign',
      'MOVE',
      {
        moved: true,
        close: (c) => ({
          ...c,
          moves: c.moves.map((m) => ({ ...m, move: { ...m.move, sig: b64u.encode(new Uint8Array(64)) } })),
        }),
      },
    ],
    [
      'a withdrawal after the deadline',
      'MOVE',
      () => ({
        moved: true,
        close: (c: Close) => ({
          ...c,
          moves: c.moves.map((m) => ({ ...m, arrivedAt: formatInstant(deadline) })),
        }),
      }),
    ],
    [
      'a bid replaced by none that CLOSE lists',
      'MOVE',
      { moved: true, movedTo: () => hashText('commit', {}) },
    ],
    ['a bid replaced by itself', 'MOVE', { moved: true, movedTo: (c) => c }],
    ['a withdrawn bid that CLOSE still lists', 'BID_MOVED', { moved: true, listedAllTheSame: true }],
    [
      'an addition at the end of the window',
      'ADD',
      { add: (a) => ({ ...a, addedAt: formatInstant(addMs(Date.parse(a.addedAt) as Instant, 1)) }) },
    ],
    [
      'an addition before CLOSE',
      'ADD',
      () => ({ add: (a) => ({ ...a, addedAt: formatInstant(addMs(deadline, MINUTE - 1)) }) }),
    ],
    ['an addition to another CLOSE', 'ADD', { add: (a) => ({ ...a, close: a.bid.c }) }],
    ['additions with a gap', 'ADD', { add: (a) => ({ ...a, sequence: 2 }) }],
    [
      'a CLOSE of the old deadline, where this client once saw a later one',
      'DEADLINE_HIDDEN',
      () => ({ facts: (f: ReleaseFacts) => ({ ...f, knownDeadline: knownOf(later(DAY)) }) }),
    ],
    [
      'another change in the place of the one that this client saw',
      'DEADLINE_HIDDEN',
      () => ({
        changes: [later(DAY)],
        facts: (f: ReleaseFacts) => ({ ...f, knownDeadline: knownOf(later(2 * DAY)) }),
      }),
    ],
    [
      'a CLOSE that does not name the newest change',
      'DEADLINE_HIDDEN',
      () => ({ changes: [later(DAY)], close: (c: Close) => ({ ...c, deadlineChange: null }) }),
    ],
    ['a deadline that came nearer', 'DEADLINE_CHAIN', () => ({ changes: [later(-SECOND)] })],
    [
      'a change of another deadline',
      'DEADLINE_CHAIN',
      () => ({ changes: [later(DAY, { from: formatInstant(addMs(deadline, 1)) })] }),
    ],
    [
      'a change of another lot',
      'DEADLINE_CHAIN',
      () => ({ changes: [later(DAY, { lotKeyHash: hashOfCommit(commits[0]!) })] }),
    ],
    ['a change of another suite', 'DEADLINE_CHAIN', () => ({ changes: [later(DAY, { suite: 'SM' })] })],
    [
      'a change that the regulator did not sign',
      'DEADLINE_SIGNERS',
      () => ({ changes: [later(DAY)], changeSigners: [1, 2] }),
    ],
    [
      'a change that only the regulator signed',
      'DEADLINE_SIGNERS',
      () => ({ changes: [later(DAY)], changeSigners: [3] }),
    ],
    [
      'a change that is not in the log',
      'DEADLINE_UNLOGGED',
      () => ({
        changes: [later(DAY)],
        facts: (f: ReleaseFacts) => ({
          ...f,
          deadlineChanges: f.deadlineChanges.map((one) => ({ ...one, log: { ...one.log, index: 0 } })),
        }),
      }),
    ],
  ])('releases nothing for %s', async (_name, rule, change) => {
    const given = typeof change === 'function' ? change() : change;
    expect(await codeOf(given)).toBe(`EVIDENCE.RELEASE_${rule}`);
  });

  it('releases nothing for a dealing that does not hold', async () => {
    const [first, ...rest] = commits as [Commit, ...Commit[]];
    const [dealing] = first.dealings;
    const spoiled = { ...first, dealings: [{ ...dealing!, r: [...dealing!.r].reverse() }] };
    commits = [spoiled, ...rest];
    try {
      expect(await codeOf({})).toBe('EVIDENCE.RELEASE_DEALING');
    } finally {
      commits = [first, ...rest];
    }
  });

  it('releases nothing for a CLOSE under a checkpoint that the lot’s witnesses did not cosign', async () => {
    const key = { name: 'witness.example/w1', secret: new Uint8Array(32).fill(2) };
    const pinned = { name: key.name, publicKey: edPublicKey(key.secret) };
    const known = lotKey;
    lotKey = { ...known, q: 1, witnesses: [{ name: key.name, key: b64u.encode(pinned.publicKey) }] };
    const made = [1, 2, 3, 4].map(() => commitOf(hashText('lotkey', lotKey)));
    const before = { commits, secrets };
    commits = made.map(({ commit }) => commit);
    secrets = made.map(({ secret }) => secret);
    const cosigned = (close: Close) => {
      const [text = ''] = close.checkpoint.split('\n\n');
      const line = cosign(`${text}\n`, key, 1_760_000_000);
      return { ...close, checkpoint: withSignatures(close.checkpoint, [line]) };
    };
    const released = async (change: Changes, pins: ReleaseTrust['witnesses']): Promise<string> => {
      const { facts, trust } = await scene(change);
      return checkRelease(facts, { ...trust, witnesses: pins }).then(
        () => 'released',
        (error: { code: string }) => error.code,
      );
    };
    try {
      const pins = { q: 1, witnesses: [pinned] };
      expect(await released({ close: cosigned }, pins)).toBe('released');
      expect(await released({}, pins)).toBe('EVIDENCE.QUORUM_MISSING');
      expect(await released({ close: cosigned }, { q: 0, witnesses: [] })).toBe('EVIDENCE.WITNESS_UNPINNED');
      expect(await released({ close: cosigned }, { q: 2, witnesses: [pinned] })).toBe('EVIDENCE.QUORUM');
    } finally {
      lotKey = known;
      ({ commits, secrets } = before);
    }
  });

  it('believes the log’s tiles as far as they lead to what its key signed', async () => {
    const log = new Log();
    const [one, other] = [log.add(hashText('one', {})), log.add(hashText('other', {}))];
    const view = await log.view([]);
    expect(view.holds(hashText('one', {}), one.blind, one.index)).toBe(true);
    expect(view.holds(hashText('one', {}), other.blind, other.index)).toBe(false);
    expect(view.covers(log.checkpoint())).toBeNull();
    const checkpoint = log.checkpoint();
    log.entries[1] = systemRandom(32);
    await expect(log.view([], checkpoint)).rejects.toThrow('LOG.CHECKPOINT');
    await expect(log.view([], log.checkpoint(systemRandom(32)))).rejects.toThrow('NOTE.');
  });

  it('holds no leaf that nobody asked for or that is not there, and no later or strange checkpoint', async () => {
    const log = new Log();
    for (let n = 0; n < 600; n++) log.add(hashText('many', { n }));
    const early = log.checkpoint();
    const { blind, index } = log.add(hashText('last', {}));
    const asked = { indexes: [5, 900], checkpoints: [early, log.checkpoint(systemRandom(32))] };
    const view = await proveLog(asked, log.checkpoint(), logKey, log.tile);
    expect(view.holds(hashText('last', {}), blind, index)).toBe(false);
    expect(view.holds(hashText('many', {}), blind, 900)).toBe(false);
    expect(asked.checkpoints.map((text) => view.covers(text))).toEqual([600, null]);
    const before = await proveLog({ indexes: [], checkpoints: [log.checkpoint()] }, early, logKey, log.tile);
    expect(before.covers(log.checkpoint())).toBeNull();
  });
});
