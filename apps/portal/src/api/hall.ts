import { api, unwrap } from './client.ts';
import type { paths } from './platform.ts';
import type { ReceiptFile, Signature } from '#trust';

const at = (lotId: string) => ({ params: { path: { lotId } } });

export type Role = NonNullable<
  paths['/api/v1/lots/{lotId}/opening/attendance']['post']['requestBody']
>['content']['application/json']['role'];

/** Signs this session's organisation in to the hall. Answers alike when it is there already. */
export async function signInToHall(lotId: string, role: Role): Promise<void> {
  await unwrap(api.POST('/api/v1/lots/{lotId}/opening/attendance', { ...at(lotId), body: { role } }));
}

/** `receipt`: of the organisation's bid, where no opened identity shows that it is a bidder. */
export async function sendObjection(lotId: string, text: string, receipt: ReceiptFile | null): Promise<void> {
  const body = { text, ...(receipt && { receipt: { ...receipt } }) };
  await done(api.POST('/api/v1/lots/{lotId}/opening/objections', { ...at(lotId), body }));
}

export async function sendAnswer(lotId: string, n: number, text: string): Promise<void> {
  const path = { lotId, n };
  await done(
    api.POST('/api/v1/lots/{lotId}/opening/objections/{n}/answer', { params: { path }, body: { text } }),
  );
}

export async function sendRecordSignature(lotId: string, signature: Signature): Promise<void> {
  await done(
    api.POST('/api/v1/lots/{lotId}/opening/record/signatures', { ...at(lotId), body: { signature } }),
  );
}

/** For answers that say nothing but that it was done. */
const done = (asking: Promise<{ error?: unknown; response: Response }>): Promise<true> =>
  unwrap(asking.then(({ error, response }) => ({ error, response, data: true as const })));
