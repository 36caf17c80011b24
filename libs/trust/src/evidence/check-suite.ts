/** V02: every record of the lot is of the suite that its first notice declares (PROTOCOL section 2). */
import { suiteIdOf } from '../suite/index.ts';
import type { Verification } from './context.ts';

/** What is of no lot's suite: a revealed secret is proved by its dealing, outside times are of the whole log, draws are P256. */
const OF_NO_SUITE = new Set(['reveal', 'outside-time', 'draw']);

export function checkSuite(v: Verification): void {
  const expect = (record: unknown, subject: string): void =>
    void v.findings.expect(suiteIdOf(record) === v.suite, 'V02', 'EVIDENCE.OTHER_SUITE', subject, 'platform');
  for (const [kind, records] of Object.entries(v.evidence.records)) {
    if (OF_NO_SUITE.has(kind)) continue;
    for (const [name, entry] of records)
      expect('record' in entry ? entry.record : entry, name === '' ? kind : `${kind}/${name}`);
  }
  for (const { move } of v.close?.moves ?? []) expect(move.record, `move of ${move.record.from}`);
}
