import { isUuid, parseInstant } from '#kernel';
import type { Instant, LotId, ProjectId } from '#kernel';
import { tenderError } from '../domain/refusals.ts';

/** An id that is none names nothing: the same answer as for an unknown one. */
export function lotId(text: string): LotId {
  if (!isUuid(text)) throw tenderError('TENDERING.LOT_UNKNOWN');
  return text as LotId;
}

export function projectId(text: string): ProjectId {
  if (!isUuid(text)) throw tenderError('TENDERING.PROJECT_UNKNOWN');
  return text as ProjectId;
}

export function instantOf(field: string, text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw tenderError('TENDERING.TIME_MALFORMED', { field });
  return at;
}
