/** V02: every record of the lot is of the suite that its first notice declares (PROTOCOL section 2). */
import { suiteIdOf } from '../suite/index.ts';
import type { Verification } from './context.ts';

/** What is of no lot's suite: a revealed secret is proved by its dealing, outside times are of the whole log, draws are P256. */
const OF_NO_SUITE = new Set(['reveal', 'outside-time', 'draw']);

export function checkSuite(v: Verification): void {
  for (const [kind, records] of Object.entries(v.evidence.records)) {
    if (OF_NO_SUITE.has(kind)) continue;
    for (const [name, entry] of records) {
      const record: unknown = 'record' in entry ? entry.record : entry;
      const subject = name === '' ? kind : `${kind}/${name}`;
      v.findings.expect(suiteIdOf(record) === v.suite, 'V02', 'EVIDENCE.OTHER_SUITE', subject, 'platform');
    }
  }
}
