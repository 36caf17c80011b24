import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, ask, fetchText, orNull, unwrap } from './client.ts';
import type { paths } from './platform.ts';
import type { Search } from './tendering.ts';

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;

export type BoardLot = Json<'/api/v1/supervision/lots'>['items'][number];
export type Proposal = NonNullable<Json<'/api/v1/lots/{id}/deadline-changes/proposal'>['proposal']>;

const PAGE = 50;

/** Every tender's stage; asked anew every ten seconds. */
export const boardQuery = ({ text, stage }: Search) =>
  infiniteQueryOptions({
    queryKey: ['board', text, stage],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/supervision/lots', {
          params: {
            query: {
              limit: PAGE,
              ...(text === '' ? {} : { text }),
              ...(stage === null ? {} : { stage }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 10_000,
  });

/** A change of the deadline that waits for the regulator's signature. */
export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ['deadline-proposal', id],
    queryFn: () =>
      unwrap(api.GET('/api/v1/lots/{id}/deadline-changes/proposal', { params: { path: { id } } })),
    refetchInterval: 15_000,
  });

export const sendDeadlineChange = (id: string, signed: Proposal['signed']) =>
  unwrap(
    api.POST('/api/v1/lots/{id}/deadline-changes', {
      params: { path: { id } },
      body: { signed: signed as object as Record<string, never> },
    }),
  );

/** The leaf of a published record; null where it is not in the log (yet). */
export const logPlaceQuery = (hash: string) =>
  queryOptions({
    queryKey: ['log-place', hash],
    queryFn: async (): Promise<number | null> => {
      const text = await orNull(
        fetchText(`/api/v1/log/receipts/${encodeURIComponent(hash)}`),
        'TRANSPARENCY.NOT_LOGGED',
        'TRANSPARENCY.RECORD_UNKNOWN',
      );
      const { index } = (text === null ? {} : JSON.parse(text)) as { index?: unknown };
      return typeof index === 'number' ? index : null;
    },
    refetchInterval: (query) => (query.state.data == null ? 5_000 : false),
  });

/** The whole bundle, committee contents and journal included; that it was fetched, and by whom, is recorded. */
export const askFullEvidence = (id: string): Promise<Response> =>
  ask(`/api/v1/lots/${encodeURIComponent(id)}/evidence?audience=auditor`);
