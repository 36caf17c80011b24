import { addMs, formatInstant, MINUTE, ok, parseInstant, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import { canonicalBytes, equalBytes, suiteField } from '#trust';
import type { DocumentRef, Notice } from '#trust';
import type { Lot, Project } from './lot.ts';
import type { TenderRefusal } from './refusals.ts';

/** How old the draft may be that the agency signs: time for a card, its PIN and a second pair of eyes. */
export const DRAFT_VALID_MS = 15 * MINUTE;

export interface NoticeDraft {
  readonly kind: Notice['kind'];
  readonly summary: string;
  readonly deadline: Instant;
  readonly publishedAt: Instant;
}

/** The record that the agency signs: everything but the draft's own fields comes from what is stored. */
export const noticeRecord = (
  project: Project,
  lot: Lot,
  documents: readonly DocumentRef[],
  draft: NoticeDraft,
): Notice => ({
  type: 'notice',
  ...suiteField(lot.suite),
  lot: lot.id,
  project: project.id,
  version: lot.noticeVersion + 1,
  kind: draft.kind,
  projectName: project.name,
  lotName: lot.name,
  ruleset: lot.ruleset,
  tenderee: project.tenderee,
  agency: project.agency,
  regulator: project.regulator,
  estimate: lot.estimate,
  documents: [...documents],
  summary: draft.summary,
  documentsFrom: formatInstant(lot.documentsFrom),
  documentsUntil: formatInstant(lot.documentsUntil),
  deadline: formatInstant(draft.deadline),
  method: lot.method,
  acceleration: lot.acceleration,
  publishedAt: formatInstant(draft.publishedAt),
});

/** The first version is the notice itself, every later one says what it is. */
export function checkKind(lot: Lot, kind: Notice['kind']): Result<null, TenderRefusal> {
  const first = lot.noticeVersion === 0;
  return first === (kind === 'notice') ? ok(null) : refuse('TENDERING.NOTICE_KIND', { kind });
}

/**
 * What was signed must be what the platform would draft now, byte for byte: the signer controls the record. Gives back
 * the fields that a draft may choose.
 */
export function checkSignedNotice(
  project: Project,
  lot: Lot,
  documents: readonly DocumentRef[],
  signed: Notice,
  now: Instant,
): Result<NoticeDraft, TenderRefusal> {
  const [deadline, publishedAt] = [parseInstant(signed.deadline), parseInstant(signed.publishedAt)];
  if (deadline === null || publishedAt === null) return refuse('TENDERING.TIME_MALFORMED');
  if (publishedAt > now || now >= addMs(publishedAt, DRAFT_VALID_MS))
    return refuse('TENDERING.NOTICE_STALE', { publishedAt: signed.publishedAt, now: formatInstant(now) });
  const draft: NoticeDraft = { kind: signed.kind, summary: signed.summary, deadline, publishedAt };
  const expected = noticeRecord(project, lot, documents, draft);
  return equalBytes(canonicalBytes(expected), canonicalBytes(signed))
    ? ok(draft)
    : refuse('TENDERING.NOTICE_DIFFERS', { version: expected.version });
}
