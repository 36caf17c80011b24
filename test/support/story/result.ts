import type { Award, EvaluationReport, Publicity } from '#trust';
import { until } from './caller.ts';
import type { Caller } from './caller.ts';
import type { People } from './roster.ts';
import { unlessRefused } from './tender.ts';
import type { KeyedLot } from './tender.ts';

/** The platform's draft, signed by whoever asked for it, and back. */
async function signDraft<T extends object>(who: Caller, type: string, path: string): Promise<T> {
  const { record } = await who.post<{ record: T }>(`${path}/draft`);
  await who.post(path, await who.sign(type, record));
  return record;
}

/** The agency's report, the candidates' publicity, and, when that is over, the award. */
export async function awardLot({ seats: { agency } }: People, { lotId }: KeyedLot): Promise<Award> {
  await until('the report', () =>
    signDraft<EvaluationReport>(agency, 'evaluation-report', `/lots/${lotId}/evaluation/report`).catch(
      unlessRefused,
    ),
  );
  await until('the publicity', () =>
    signDraft<Publicity>(agency, 'publicity', `/lots/${lotId}/publicity`).catch(unlessRefused),
  );
  return until('the award', () =>
    signDraft<Award>(agency, 'award', `/lots/${lotId}/award`).catch(unlessRefused),
  );
}
