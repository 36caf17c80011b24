import { addMs, DAY, formatInstant, instant } from '#kernel';
import type { LotId, ProjectId } from '#kernel';
import type { Notice } from '#trust';
import type { Lot, Project } from './lot.ts';
import { checkKind, checkSignedNotice, DRAFT_VALID_MS, noticeRecord } from './notice-record.ts';

const publishedAt = instant(1_774_000_000_000);
const party = (name: string, digit: number) => ({ name, creditCode: `91440000AA0000000${digit}` });
const project: Project = {
  id: '00000000-0000-4000-8000-000000000001' as ProjectId,
  name: '某路改造工程',
  kind: 'engineering',
  level: 'district',
  tenderee: party('某街道办', 1),
  agency: party('某代理公司', 2),
  regulator: party('某住建局', 3),
};
const lot: Lot = {
  id: '00000000-0000-4000-8000-000000000002' as LotId,
  projectId: project.id,
  name: '一标段',
  estimate: '1000000.00',
  method: {
    kind: 'lowest-evaluated-price',
    controlPrice: null,
    basePeriodDays: 100,
    lateDayBasisPoints: 10,
    earlyDayBasisPoints: 5,
    maxPeriodDays: 130,
    rounding: 'half-up',
    tieBreak: 'price-then-arrival',
  },
  ruleset: 'tendering-2019-03',
  acceleration: { periods: 1, waits: 1 },
  documentsFrom: publishedAt,
  documentsUntil: addMs(publishedAt, 5 * DAY),
  deadline: addMs(publishedAt, 20 * DAY),
  seats: [],
  k: 3,
  suite: 'P256',
  state: 'draft',
  noticeVersion: 0,
  deadlineChanges: 0,
  closed: false,
  lotKeyHash: null,
  createdAt: publishedAt,
  version: 1,
};
const documents = [
  { name: '招标文件.pdf', size: 10, sha256: 'A'.repeat(43) },
] as unknown as Notice['documents'];
const draft = { kind: 'notice', summary: '', deadline: lot.deadline, publishedAt } as const;
const notice = noticeRecord(project, lot, documents, draft);
const codeOf = (signed: Partial<Notice>, ms = 0): string => {
  const checked = checkSignedNotice(
    project,
    lot,
    documents,
    { ...notice, ...signed },
    addMs(publishedAt, ms),
  );
  return checked.ok ? 'ok' : checked.error.code;
};

describe('the kind of a version', () => {
  it('is the notice itself, and only once', () => {
    const second = { ...lot, noticeVersion: 1 };
    expect(checkKind(lot, 'notice').ok).toBe(true);
    expect(checkKind(lot, 'change').ok).toBe(false);
    expect(checkKind(second, 'clarification').ok).toBe(true);
    expect(checkKind(second, 'notice')).toMatchObject({ error: { code: 'TENDERING.NOTICE_KIND' } });
  });
});

describe('a signed notice', () => {
  it('is what the platform drafted, with the version that comes next', () => {
    expect(notice.version).toBe(1);
    expect(checkSignedNotice(project, lot, documents, notice, publishedAt)).toEqual({
      ok: true,
      value: draft,
    });
  });

  it.each([
    [-1, 'TENDERING.NOTICE_STALE'],
    [0, 'ok'],
    [DRAFT_VALID_MS - 1, 'ok'],
    [DRAFT_VALID_MS, 'TENDERING.NOTICE_STALE'],
    [DRAFT_VALID_MS + 1, 'TENDERING.NOTICE_STALE'],
  ])('is signed within fifteen minutes of its draft: %d ms', (ms, expected) => {
    expect(codeOf({}, ms)).toBe(expected);
  });

  it('names times that exist', () => {
    expect(codeOf({ deadline: '2026-02-30T00:00:00.000Z' })).toBe('TENDERING.TIME_MALFORMED');
    expect(codeOf({ publishedAt: 'today' })).toBe('TENDERING.TIME_MALFORMED');
  });

  it('chooses its deadline and summary, and nothing else', () => {
    expect(codeOf({ summary: '答疑', deadline: formatInstant(addMs(lot.deadline, DAY)) })).toBe('ok');
    for (const changed of [
      { estimate: '1.00' },
      { version: 2 },
      { agency: party('别家', 9) },
      { documents: [] },
      { ruleset: 'another' },
      { acceleration: { periods: 2, waits: 1 } },
    ])
      expect(codeOf(changed)).toBe('TENDERING.NOTICE_DIFFERS');
  });
});
