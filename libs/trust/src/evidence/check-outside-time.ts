/** The part of V08 that does not rest on the platform's own clock: what outside authorities stamped (ADR 0032). */
import type { Instant } from '#kernel';
import { b64u } from '../encoding/index.ts';
import type { OutsideTime } from '../records/index.ts';
import { clocksApart, verifyOutsideTime } from '../timestamp/index.ts';
import { CLOCK_TOLERANCE_MS } from './clock-tolerance.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';

/** An outside authority's word that the log had so many leaves at that time. */
interface Stamp {
  readonly size: number;
  readonly time: Instant;
}

/** What CLOSE lists: a commitment or a move, and its leaf. */
export interface Listed {
  readonly subject: string;
  readonly arrivedAt: string;
  readonly index: number;
}

/**
 * Where LOTKEY names outside authorities, every listed arrival needs the word of one of them, no later than CLOSE, that
 * its leaf was in the log; and none may have seen the leaf before it is said to have arrived.
 */
export function checkOutsideTimes(v: Verification, listed: readonly Listed[]): void {
  const declared = v.lotKey?.outsideTime ?? [];
  for (const name of declared)
    v.findings.expect(v.trust.outside.has(name), 'V08', 'EVIDENCE.OUTSIDE_AUTHORITY', name, 'bundle');
  const stamps = [...v.evidence.records['outside-time']].flatMap(([name, record]) =>
    readStamp(v, `times/${name}.json`, name, record, declared),
  );
  for (const { subject, arrivedAt, index } of listed) {
    const covering = stamps.filter(({ size }) => size > index).map(({ time }) => time);
    const first = covering.length > 0 ? Math.min(...covering) : null;
    if (first === null) {
      v.findings.expect(declared.length === 0, 'V08', 'EVIDENCE.NO_OUTSIDE_TIME', subject, 'platform');
      continue;
    }
    const fail = (code: FindingCode, milliseconds: number) => {
      if (milliseconds > CLOCK_TOLERANCE_MS)
        v.findings.fail('V08', code, subject, 'platform', { milliseconds });
    };
    fail('EVIDENCE.STAMPED_LATE', first - at(v.close?.closedAt ?? arrivedAt));
    fail('EVIDENCE.CLOCKS_APART', at(arrivedAt) - first);
  }
  if (stamps.length > 0) v.findings.note('V08', `${stamps.length} stamps of outside authorities count`);
}

function readStamp(
  v: Verification,
  path: string,
  name: string,
  record: OutsideTime,
  declared: readonly string[],
): Stamp[] {
  const { authority, checkpoint } = record;
  const size = Number(checkpoint.split('\n')[1]);
  const pinned = v.trust.outside.get(authority);
  if (name !== `${size}-${authority}` || !declared.includes(authority)) {
    v.findings.fail('V08', 'EVIDENCE.OUTSIDE_AUTHORITY', path, 'bundle', { authority });
    return [];
  }
  // That nobody pinned it was said once, of the tender.
  if (!pinned) return [];
  if (!isProven(v, checkpoint)) {
    v.findings.fail('V08', 'EVIDENCE.NO_CONSISTENCY_PROOF', path, 'bundle');
    return [];
  }
  const verified = verifyOutsideTime(b64u.decode(record.token), checkpoint, pinned);
  if (!verified.ok) {
    const { code, facts } = verified.error;
    // Nobody signs which token stands beside which checkpoint: anyone can have put another here.
    v.findings.fail('V08', code, path, 'bundle', facts);
    return [];
  }
  const { time } = verified.value;
  const apart = clocksApart(time, { askedAt: at(record.askedAt), answeredAt: at(record.answeredAt) });
  if (apart <= CLOCK_TOLERANCE_MS) return [{ size, time }];
  // One of two clocks is wrong, and nobody can say which. The platform knew: it needs another authority's word.
  v.findings.note('V08', `${path}: ${apart} ms apart from the platform's clock, does not count`);
  return [];
}

/** V03 has checked that these are states of the one log. */
const isProven = ({ evidence }: Verification, checkpoint: string): boolean =>
  checkpoint === evidence.checkpoint || evidence.proofs.checkpoints.some(({ text }) => text === checkpoint);
