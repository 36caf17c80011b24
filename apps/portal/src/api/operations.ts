import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import type { paths } from './platform.ts';

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;

export type PlatformState = Json<'/api/v1/operations'>;
export type Organisation = Json<'/api/v1/organisations'>['items'][number];
export type Grant = Organisation['grants'][number];
export type Authority = Json<'/api/v1/authorities'>['items'][number];

export const platformStateQuery = () =>
  queryOptions({
    queryKey: ['operations'],
    queryFn: () => unwrap(api.GET('/api/v1/operations')),
    refetchInterval: 15_000,
  });

const PAGE = 50;

export const organisationsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['organisations'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/organisations', {
          params: { query: { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 30_000,
  });

export const approveRole = (creditCode: string, role: Grant['role']) =>
  unwrap(
    api.POST('/api/v1/organisations/{creditCode}/roles/{role}/approval', {
      params: { path: { creditCode, role } },
    }),
  );

export const authoritiesQuery = () =>
  queryOptions({ queryKey: ['authorities'], queryFn: () => unwrap(api.GET('/api/v1/authorities')) });

export const crlsQuery = () =>
  queryOptions({ queryKey: ['crls'], queryFn: () => unwrap(api.GET('/api/v1/authorities/crls')) });

export async function trustAuthority(body: {
  readonly pem: string;
  readonly label: string;
  readonly development: boolean;
}): Promise<void> {
  await done(api.POST('/api/v1/authorities', { body }));
}

export async function withdrawAuthority(fingerprint: string): Promise<void> {
  await done(api.DELETE('/api/v1/authorities/{fingerprint}', { params: { path: { fingerprint } } }));
}

export const storeCrl = (body: { readonly crl: string; readonly issuerChain?: string }) =>
  unwrap(api.POST('/api/v1/authorities/crls', { body }));

/** For answers whose body says nothing. @throws ProblemError */
const done = (asking: Promise<{ readonly error?: unknown; readonly response: Response }>): Promise<unknown> =>
  unwrap(asking.then(({ error, response }) => ({ data: null, error, response })));
