import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client.ts';
import type { paths } from './platform.ts';

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;

export type LotList = Json<'/api/v1/lots'>;
export type ListedLot = LotList['items'][number];
export type Lot = Json<'/api/v1/lots/{id}'>;
export type Notice = Lot['notice']['record'];
export type Stage = Lot['stage'];

export const STAGES = ['key-ceremony', 'bidding', 'closed', 'cancelled'] as const satisfies readonly Stage[];

export interface Search {
  readonly text: string;
  readonly stage: Stage | null;
}

const PAGE = 20;

/** Newest first, page after page by the API's cursor. */
export const lotsQuery = ({ text, stage }: Search, limit = PAGE) =>
  infiniteQueryOptions({
    queryKey: ['lots', text, stage, limit],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/lots', {
          params: {
            query: {
              limit,
              ...(text === '' ? {} : { text }),
              ...(stage === null ? {} : { stage }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
  });

export const lotQuery = (id: string) =>
  queryOptions({
    queryKey: ['lot', id],
    queryFn: () => unwrap(api.GET('/api/v1/lots/{id}', { params: { path: { id } } })),
    // While a deadline is near the page follows it.
    refetchInterval: 15_000,
  });

export type SeatList = Json<'/api/v1/seats'>;
export type HeldSeat = SeatList['items'][number];

/** Where my organisation holds a seat, newest first. */
export const seatsQuery = (organisation: string) =>
  infiniteQueryOptions({
    queryKey: ['seats', organisation],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/seats', {
          params: { query: { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 15_000,
  });
