/** V01 and V02: who signed, what was published, and the key that bids were sealed to. */
import { hashText } from '../encoding/index.ts';
import { checkDealing, journalBody, journalLabel } from '../threshold/index.ts';
import { checkLotKey, checkSeatsOfNotice, trusteeKeysOf } from '../threshold/lot-key.ts';
import type { Notice } from '../records/index.ts';
import { numbered, only } from './bundle.ts';
import { checkSuite } from './check-suite.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';

/** Runs V02; V01 collects what chains and signers fail on anywhere. */
export async function checkLot(v: Verification): Promise<void> {
  v.findings.note(
    'V01',
    `${v.evidence.certificates.size} certificates, ${v.closeCrls.length} revocation lists`,
  );
  checkSuite(v);
  checkNotices(v);
  await checkKey(v);
  checkDeadlines(v);
  await checkJournal(v);
}

/** Versions 1, 2, 3… of one lot, each signed by the agency that the first one names. */
function checkNotices(v: Verification): void {
  const first = v.notices[0]?.record;
  if (!first) return v.findings.fail('V02', 'EVIDENCE.MISSING', 'notices/1.json', 'bundle');
  v.notices.forEach((signed, index) => {
    const { record } = signed;
    const path = `notices/${index + 1}.json`;
    v.findings.expect(record.version === index + 1, 'V02', 'EVIDENCE.VERSION', path, 'agency');
    v.findings.expect(record.lot === v.evidence.header.lot, 'V02', 'EVIDENCE.OTHER_LOT', path, 'bundle');
    v.findings.expect(sameTender(first, record), 'V02', 'EVIDENCE.NOTICE_CHANGED', path, 'agency');
    const rule = {
      when: at(record.publishedAt),
      needed: [first.agency.creditCode],
      blame: 'agency',
    } as const;
    v.checkSigners('V02', path, 'notice', signed, rule);
  });
}

/** What no clarification may change: parties, method, ruleset and acceleration (published things never change). */
const sameTender = (a: Notice, b: Notice): boolean => {
  const kept = ({ project, ruleset, tenderee, agency, regulator, method, acceleration }: Notice) => ({
    project,
    ruleset,
    tenderee,
    agency,
    regulator,
    method,
    acceleration,
  });
  return hashText('kept', kept(a)) === hashText('kept', kept(b));
};

async function checkKey(v: Verification): Promise<void> {
  const signed = only(v.evidence, 'lotkey');
  const first = v.notices[0]?.record;
  // A tender may end before its key is complete: the cancellation then says that there was none.
  if (!signed && only(v.evidence, 'cancellation')?.record.lotKeyHash === null) return;
  if (!signed) return v.findings.fail('V02', 'EVIDENCE.MISSING', 'lotkey.json', 'bundle');
  const key = signed.record;
  await v.run('V02', 'lotkey.json', 'platform', () => {
    checkLotKey(signed, (fingerprint) => v.evidence.certificates.get(fingerprint));
  });
  const rule = {
    when: at(key.createdAt),
    needed: key.policy.seats.map((seat) => seat.org),
    blame: 'platform',
  } as const;
  v.checkSigners('V02', 'lotkey.json', 'lotkey', signed, rule);
  v.findings.expect(key.lot === v.evidence.header.lot, 'V02', 'EVIDENCE.OTHER_LOT', 'lotkey.json', 'bundle');
  if (first) {
    await v.run('V02', 'lotkey.json', 'platform', () => {
      checkSeatsOfNotice(key, first);
    });
    const published = v.notices.some(({ record }) => record.deadline === key.deadline);
    v.findings.expect(published, 'V02', 'EVIDENCE.DEADLINE', 'lotkey.json', 'platform');
    v.findings.expect(
      hashText('notice', first) === key.notice,
      'V02',
      'EVIDENCE.OTHER_NOTICE',
      'lotkey.json',
      'platform',
    );
    const same =
      key.acceleration.periods === first.acceleration.periods &&
      key.acceleration.waits === first.acceleration.waits;
    v.findings.expect(same, 'V02', 'EVIDENCE.ACCELERATION', 'lotkey.json', 'platform');
  }
}

/** Each change starts where the last one ended, only moves away, and has both signatures. */
function checkDeadlines(v: Verification): void {
  const first = v.notices[0]?.record;
  let deadline = v.lotKey?.deadline ?? null;
  numbered(v.evidence, 'deadline').forEach((signed, index) => {
    const { record } = signed;
    const path = `deadlines/${index + 1}.json`;
    const follows =
      record.sequence === index + 1 &&
      record.lotKeyHash === (v.lotKey && hashText('lotkey', v.lotKey)) &&
      record.from === deadline &&
      at(record.to) > at(record.from);
    v.findings.expect(follows, 'V02', 'EVIDENCE.DEADLINE_CHAIN', path, 'platform');
    deadline = record.to;
    if (!first) return;
    const needed = [[first.agency.creditCode, first.tenderee.creditCode], first.regulator.creditCode];
    v.checkSigners('V02', path, 'deadline', signed, { when: at(record.from), needed, blame: 'agency' });
  });
  if (v.close && deadline !== null)
    v.findings.expect(v.close.deadline === deadline, 'V02', 'EVIDENCE.DEADLINE', 'close.json', 'platform');
  // CLOSE names the change that it rests on: neither a later one nor fewer may stand beside it.
  const newest = numbered(v.evidence, 'deadline').at(-1)?.record;
  const named = newest ? hashText('deadline', newest) : null;
  if (v.close)
    v.findings.expect(v.close.deadlineChange === named, 'V02', 'EVIDENCE.DEADLINE', 'close.json', 'platform');
}

async function checkJournal(v: Verification): Promise<void> {
  const signed = only(v.evidence, 'journal');
  const { lotKey } = v;
  if (!signed && !lotKey && only(v.evidence, 'cancellation')?.record.lotKeyHash === null) return;
  if (!signed || !lotKey) return v.findings.fail('V02', 'EVIDENCE.MISSING', 'journal.json', 'bundle');
  const rule = { when: at(lotKey.createdAt), needed: ['platform'], blame: 'platform' } as const;
  v.checkSigners('V02', 'journal.json', 'journal', signed, rule);
  const journal = signed.record;
  const belongs = journal.lotKeyHash === hashText('lotkey', lotKey);
  v.findings.expect(belongs, 'V02', 'EVIDENCE.OTHER_LOT', 'journal.json', 'platform');
  await v.run('V02', 'journal.json', 'platform', () => {
    const holds = checkDealing({
      dealing: journal.dealing,
      type: 'journal',
      label: journalLabel(journal),
      body: journalBody(journal),
      trusteeKeys: trusteeKeysOf(lotKey),
      k: lotKey.k,
    });
    v.findings.expect(holds, 'V02', 'DEALING.SHAPE', 'journal.json', 'platform');
  });
}
