import { PlatformRefusal } from '#client';
import { signRecord } from '#trust';
import { actorOf, ask, send, signDraft, until } from './actor.ts';

/** Null where the platform says that it is too early (409): the next look may find otherwise. */
const unlessEarly = (error: unknown): null => {
  if (error instanceof PlatformRefusal && (error.status === 409 || error.status === 404)) return null;
  throw error;
};

/** The agency signs the opening record as it stands, which publishes it. */
export async function signOpeningRecord(lot: string, signal: AbortSignal): Promise<void> {
  const agency = await actorOf('agency');
  const path = `/lots/${lot}/opening/record`;
  const shown = await until(
    async () =>
      (await ask(agency, path).catch(unlessEarly)) as { record: object; signed: object | null } | null,
    signal,
  );
  if (shown.signed) return;
  const [signature] = (await signRecord('opening-record', shown.record, [agency.signer])).signatures;
  await send(agency, `${path}/signatures`, { signature });
}

/** Ranked by the published formula: the report, then the candidates' publicity. */
export async function publishCandidates(lot: string, signal: AbortSignal): Promise<void> {
  const agency = await actorOf('agency');
  for (const [type, path] of [
    ['evaluation-report', `/lots/${lot}/evaluation/report`],
    ['publicity', `/lots/${lot}/publicity`],
  ] as const)
    await until(() => signDraft(agency, type, path).then(() => true as const, unlessEarly), signal);
}

/** When the publicity is over. */
export async function award(lot: string, signal: AbortSignal): Promise<void> {
  const agency = await actorOf('agency');
  await until(
    () => signDraft(agency, 'award', `/lots/${lot}/award`).then(() => true as const, unlessEarly),
    signal,
  );
}
