import { addMs, DAY, formatInstant, parseInstant, SECOND } from '#kernel';
import type { Instant } from '#kernel';
import { findingsOf, readVector, recordOf } from '../../../../test/support/evidence-forger.ts';
import type { Forge } from '../../../../test/support/evidence-forger.ts';
import { b64u, canonicalBytes } from '../encoding/index.ts';
import { createDevelopmentCa } from '../pki/development-ca.ts';
import { OID } from '../pki/oids.ts';
import type { Close, LotKey, OutsideTime, Signed } from '../records/index.ts';
import { checkpointImprint, createTimestampToken } from '../timestamp/index.ts';
import { checkIntake } from './check-intake.ts';
import { checkLog } from './check-log.ts';
import type { PinnedTrust } from './trust-file.ts';

/** A tender that names an outside authority, and what the platform or the authority may then say of the time. */
const vector = await readVector();
const close = recordOf<Close>(vector.bundle, 'close.json');
const closedAt = parseInstant(close.closedAt) as Instant;
const [bid] = close.accepted;
if (!bid) throw new Error('no bid');
const sizeOf = (text: string): number => Number(text.split('\n')[1]);
const latest = vector.bundle.bytes('log/checkpoint').toString();

const validity = { notBefore: addMs(closedAt, -DAY), notAfter: addMs(closedAt, DAY) };
const root = await createDevelopmentCa({ name: 'Time', ...validity });
const tsa = await root.issueSigner({
  subject: { organisation: 'Time' },
  ...validity,
  eku: [OID.timeStamping],
});
const POLICY = '1.2.3.4';
const trust: PinnedTrust = {
  ...vector.trust,
  outside: new Map([['national', { roots: [root.certificate], policy: POLICY }]]),
};

const declaring =
  (names: readonly string[] = ['national']): Forge =>
  (b) =>
    b.edit<Signed<LotKey>>('lotkey.json', (one) => ({
      ...one,
      record: { ...one.record, outsideTime: [...names] },
    }));

interface Stamping {
  readonly time?: Instant;
  readonly checkpoint?: string;
  readonly stamped?: string;
  readonly policy?: string;
  readonly askedAt?: Instant;
  readonly answeredAt?: Instant;
  readonly authority?: string;
  readonly name?: string;
}

const stamp =
  (change: Stamping = {}): Forge =>
  async (b) => {
    const { time = closedAt, checkpoint = close.checkpoint, authority = 'national' } = change;
    const hash = checkpointImprint(change.stamped ?? checkpoint);
    const token = await createTimestampToken({ hash, time, policy: change.policy ?? POLICY }, tsa);
    const record: OutsideTime = {
      type: 'outside-time',
      authority,
      checkpoint,
      token: b64u.encode(token),
      askedAt: formatInstant(change.askedAt ?? time),
      answeredAt: formatInstant(change.answeredAt ?? change.askedAt ?? time),
    };
    return b.set(`times/${change.name ?? `${sizeOf(checkpoint)}-${authority}`}.json`, canonicalBytes(record));
  };

const found = async (forges: readonly Forge[], pinned = trust): Promise<readonly string[]> => {
  const b = vector.bundle.copy();
  for (const forge of forges) await forge(b);
  const { lines } = await findingsOf(b, pinned, checkIntake);
  return lines.filter((line) => line.startsWith('V08') || line.startsWith('V21'));
};
const everyone = (code: string): string[] =>
  [...close.accepted.map(({ c }) => c), ...moves()].map((c) => `V08 ${code} ${c} platform`);
const moves = (): string[] =>
  vector.bundle.paths
    .filter((path) => path.startsWith('arrivals/'))
    .map((path) => path.slice('arrivals/'.length, -'.json'.length))
    .filter((name) => recordOf<{ kind: string }>(vector.bundle, `arrivals/${name}.json`).kind !== 'commit');

describe('a tender that names an outside time-stamp authority', () => {
  it('holds when the authority had seen every arrival before CLOSE', async () => {
    expect(await found([declaring(), stamp()])).toEqual([]);
    expect(await found([declaring(), stamp({ time: addMs(closedAt, 2 * SECOND) })])).toEqual([]);
  });

  it('does not hold without its word, or with a word that came after CLOSE', async () => {
    const late = addMs(closedAt, 2 * SECOND + 1);
    expect((await found([declaring()])).toSorted()).toEqual(everyone('EVIDENCE.NO_OUTSIDE_TIME').toSorted());
    expect((await found([declaring(), stamp({ time: late })])).toSorted()).toEqual(
      everyone('EVIDENCE.STAMPED_LATE').toSorted(),
    );
  });

  it('does not hold when the authority saw a bid before the time that the platform gave it', async () => {
    const arrived = parseInstant(bid.arrivedAt) as Instant;
    const at = (ms: number) => found([declaring(), stamp({ time: addMs(arrived, ms) })]);
    const line = `V08 EVIDENCE.CLOCKS_APART ${bid.c} platform`;
    expect(await at(-2 * SECOND)).not.toContain(line);
    expect(await at(-2 * SECOND - 1)).toContain(line);
  });

  it('counts no stamp whose time is more than two seconds outside of the question', async () => {
    const nobody = everyone('EVIDENCE.NO_OUTSIDE_TIME').toSorted();
    for (const ms of [2 * SECOND + 1, -2 * SECOND - 1]) {
      const apart = [declaring(), stamp({ askedAt: addMs(closedAt, ms) })];
      expect((await found(apart)).toSorted()).toEqual(nobody);
    }
    const slow = stamp({ askedAt: addMs(closedAt, -9000), answeredAt: addMs(closedAt, 1000) });
    expect(await found([declaring(), slow])).toEqual([]);
    expect(await found([declaring(), stamp({ askedAt: addMs(closedAt, 2 * SECOND) })])).toEqual([]);
  });

  it.each<[string, Stamping, string]>([
    [
      'over another state of the log',
      { stamped: latest },
      `V08 TIMESTAMP.HASH_DIFFERS times/${sizeOf(close.checkpoint)}-national.json bundle`,
    ],
    [
      'under another promise',
      { policy: '1.2.3.5' },
      `V08 TIMESTAMP.POLICY_DIFFERS times/${sizeOf(close.checkpoint)}-national.json bundle`,
    ],
    [
      'over a state that nobody proves',
      { checkpoint: close.checkpoint.replace('\n', ' \n') },
      `V08 EVIDENCE.NO_CONSISTENCY_PROOF times/${sizeOf(close.checkpoint)}-national.json bundle`,
    ],
    [
      'under the name of another size',
      { name: '1-national' },
      'V08 EVIDENCE.OUTSIDE_AUTHORITY times/1-national.json bundle',
    ],
    [
      'of an authority that the tender does not name',
      { authority: 'other' },
      `V08 EVIDENCE.OUTSIDE_AUTHORITY times/${sizeOf(close.checkpoint)}-other.json bundle`,
    ],
    [
      'by an authority whose certificate had ended',
      { time: addMs(closedAt, 2 * DAY) },
      `V08 CERT.EXPIRED times/${sizeOf(close.checkpoint)}-national.json bundle`,
    ],
  ])('refuses a stamp %s', async (_, change, line) => {
    expect(await found([declaring(), stamp(change)])).toContain(line);
  });

  it('cannot be told by a reader who pinned no such authority', async () => {
    const lines = await found([declaring(), stamp()], vector.trust);
    expect(lines).toContain('V08 EVIDENCE.OUTSIDE_AUTHORITY national bundle');
    expect(lines).toContain(`V08 EVIDENCE.NO_OUTSIDE_TIME ${bid.c} platform`);
  });

  it('names any authority of several', async () => {
    const two = declaring(['county', 'national']);
    const pinned = {
      ...trust,
      outside: new Map([...trust.outside, ['county', { roots: [root.certificate], policy: null }] as const]),
    };
    expect(await found([two, stamp()], pinned)).toEqual([]);
    expect(await found([two, stamp({ authority: 'county', policy: '1.9.9' })], pinned)).toEqual([]);
  });

  it('is a state of the one log: the latest checkpoint may be stamped too', async () => {
    const b = vector.bundle.copy();
    await declaring()(b);
    await stamp({ checkpoint: latest })(b);
    const { lines } = await findingsOf(b, trust, checkIntake, checkLog);
    expect(lines.filter((line) => line.startsWith('V08'))).toEqual([]);
  });
});

describe('a checkpoint’s imprint', () => {
  it('is the same whoever has cosigned', () => {
    expect(checkpointImprint(`${latest}— witness AAAA\n`)).toEqual(checkpointImprint(latest));
    expect(() => checkpointImprint('no checkpoint')).toThrow('LOG.CHECKPOINT');
  });
});
