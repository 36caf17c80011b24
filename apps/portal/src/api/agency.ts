import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Signed } from '#trust';
import { api, bearer, fetchBlob, orNull, refusalOf, unwrap } from './client.ts';
import type { paths } from './platform.ts';

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;

export type DayItem = Json<'/api/v1/agency/day'>['items'][number];
export type DeskProject = Json<'/api/v1/agency/projects'>['items'][number];
export type WorkLot = Json<'/api/v1/agency/lots/{id}'>;
export type OwnLot = WorkLot['lot'];
export type Question = Json<'/api/v1/lots/{id}/questions'>['items'][number];
export type Review = Json<'/api/v1/lots/{lotId}/evaluation'>;
type NewLot = NonNullable<
  paths['/api/v1/projects/{id}/lots']['post']['requestBody']
>['content']['application/json'];
type NewProject = NonNullable<
  paths['/api/v1/projects']['post']['requestBody']
>['content']['application/json'];

const PAGE = 50;
const lotPath = (id: string) => ({ params: { path: { id } } });
const pageOf = (cursor: string | null) => ({ limit: PAGE, ...(cursor === null ? {} : { cursor }) });

/** What answers nothing (204) has answered all the same. @throws ProblemError */
async function done(asking: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  await unwrap(asking.then(({ error, response }) => ({ error, response, data: response.ok || undefined })));
}

export const dayQuery = () =>
  infiniteQueryOptions({
    queryKey: ['agency', 'day'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/agency/day', { params: { query: pageOf(pageParam) } })),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 15_000,
  });

export const projectsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['agency', 'projects'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/agency/projects', { params: { query: pageOf(pageParam) } })),
    getNextPageParam: (page) => page.nextCursor,
  });

export const deskLotsQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: ['agency', 'lots', project],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/agency/lots', { params: { query: { ...pageOf(pageParam), project } } })),
    getNextPageParam: (page) => page.nextCursor,
  });

export const workLotQuery = (id: string) =>
  queryOptions({
    queryKey: ['agency', 'lot', id],
    queryFn: () => unwrap(api.GET('/api/v1/agency/lots/{id}', lotPath(id))),
    refetchInterval: 15_000,
  });

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['agency', 'project', id],
    queryFn: () => unwrap(api.GET('/api/v1/projects/{id}', lotPath(id))),
  });

type PartyRole = paths['/api/v1/agency/parties']['get']['parameters']['query']['role'];

/** Organisations that were granted the role. */
export const partiesQuery = (role: PartyRole) =>
  queryOptions({
    queryKey: ['agency', 'parties', role],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/agency/parties', { params: { query: { role } } }))).items,
    staleTime: 60_000,
  });

export const registerProject = (body: NewProject) => unwrap(api.POST('/api/v1/projects', { body }));
export const createLot = (project: string, body: NewLot) =>
  unwrap(api.POST('/api/v1/projects/{id}/lots', { ...lotPath(project), body }));
export const reviseLot = (project: string, lotId: string, body: NewLot) =>
  unwrap(api.PUT('/api/v1/projects/{id}/lots/{lotId}', { params: { path: { id: project, lotId } }, body }));
export const removeDocument = (id: string, name: string) =>
  done(api.DELETE('/api/v1/lots/{id}/documents/{name}', { params: { path: { id, name } } }));

/** A request that tells how far it is, which fetch does not. @throws ProblemError */
export function putDocument(
  id: string,
  file: File,
  progress: (sent: number) => void,
): Promise<{ sha256: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/lots/${encodeURIComponent(id)}/documents/${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries(bearer())) request.setRequestHeader(name, value);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () => {
      const answer = request.response as { sha256?: string; code?: string } | null;
      if (request.status < 300 && answer?.sha256 !== undefined) resolve({ sha256: answer.sha256 });
      else reject(refusalOf(answer, request.status));
    };
    request.onerror = () => reject(refusalOf(null, 0));
    request.send(file);
  });
}

type NoticeKind = 'notice' | 'clarification' | 'change';
export const draftNotice = async (
  id: string,
  asked: { kind: NoticeKind; summary: string; deadline?: string },
) => (await unwrap(api.POST('/api/v1/lots/{id}/notices/draft', { ...lotPath(id), body: asked }))).record;

/** The generated type of a signed record is an empty object: its shape is the record's own schema. */
const bodyOf = <T>(signed: Signed<T>) => ({ signed: signed as never });
export const publishNotice = (id: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{id}/notices', { ...lotPath(id), body: bodyOf(signed) }));
export const draftCancellation = async (id: string, body: { reason: string; article: string }) =>
  (await unwrap(api.POST('/api/v1/lots/{id}/cancellation/draft', { ...lotPath(id), body }))).record;
export const cancelLot = (id: string, signed?: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{id}/cancellation', { ...lotPath(id), body: signed ? bodyOf(signed) : {} }));

/** What waits for the regulator; null where nothing does. */
export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ['agency', 'proposal', id],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/lots/{id}/deadline-changes/proposal', lotPath(id)))).proposal,
    refetchInterval: 10_000,
  });
export const proposeDeadline = (id: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{id}/deadline-changes/proposals', { ...lotPath(id), body: bodyOf(signed) }));
export const changeDeadline = (id: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{id}/deadline-changes', { ...lotPath(id), body: bodyOf(signed) }));

export const questionsQuery = (id: string, of: 'public' | 'agency') =>
  infiniteQueryOptions({
    queryKey: ['questions', of, id],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => {
      const params = { path: { id }, query: pageOf(pageParam) };
      return unwrap(
        of === 'public'
          ? api.GET('/api/v1/lots/{id}/questions', { params })
          : api.GET('/api/v1/agency/lots/{id}/questions', { params }),
      );
    },
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 30_000,
  });
export const askQuestion = (id: string, text: string) =>
  done(api.POST('/api/v1/lots/{id}/questions', { ...lotPath(id), body: { text } }));
export const answerQuestion = (id: string, n: number, body: { text: string; noticeVersion?: number }) =>
  done(api.POST('/api/v1/lots/{id}/questions/{n}/answer', { params: { path: { id, n } }, body }));

const ofLot = (lotId: string) => ({ params: { path: { lotId } } });
/** Null before the opening record is published. */
export const reviewQuery = (lotId: string) =>
  queryOptions({
    queryKey: ['agency', 'review', lotId],
    queryFn: () =>
      orNull(unwrap(api.GET('/api/v1/lots/{lotId}/evaluation', ofLot(lotId))), 'EVALUATION.NOT_STARTED'),
    refetchInterval: (query) => (query.state.data === null ? 3_000 : 15_000),
  });
type Decision =
  paths['/api/v1/lots/{lotId}/evaluation/decisions']['post']['requestBody']['content']['application/json'];
export const decideBid = (lotId: string, body: { c: string; ground: string | null; reason: string | null }) =>
  done(api.POST('/api/v1/lots/{lotId}/evaluation/decisions', { ...ofLot(lotId), body: body as Decision }));
export const draftReport = async (lotId: string) =>
  (await unwrap(api.POST('/api/v1/lots/{lotId}/evaluation/report/draft', ofLot(lotId)))).record;
export const sendReport = (lotId: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{lotId}/evaluation/report', { ...ofLot(lotId), body: signed as never }));
export const draftPublicity = async (lotId: string) =>
  (await unwrap(api.POST('/api/v1/lots/{lotId}/publicity/draft', ofLot(lotId)))).record;
export const sendPublicity = (lotId: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{lotId}/publicity', { ...ofLot(lotId), body: signed as never }));
export const draftAward = async (lotId: string) =>
  (await unwrap(api.POST('/api/v1/lots/{lotId}/award/draft', ofLot(lotId)))).record;
export const sendAward = (lotId: string, signed: Signed<object>) =>
  unwrap(api.POST('/api/v1/lots/{lotId}/award', { ...ofLot(lotId), body: signed as never }));

/** A committee's file: sealed at rest, decrypted as it streams, for this session only. @throws ProblemError */
export function downloadFile(lotId: string, c: string, e: string, path: string): Promise<Blob> {
  const query = new URLSearchParams({ path }).toString();
  return fetchBlob(`/api/v1/lots/${lotId}/evaluation/bids/${c}/files/${e}?${query}`);
}
