import { queryOptions } from '@tanstack/react-query';
import type { Commit, ReceiptFile } from '#trust';
import { api, orNull, postJson, unwrap } from './client.ts';
import type { paths } from './platform.ts';

export type Opening =
  paths['/api/v1/lots/{lotId}/opening']['get']['responses'][200]['content']['application/json'];
export type ShownRecord =
  paths['/api/v1/lots/{lotId}/opening/record']['get']['responses'][200]['content']['application/json'];
export type OpeningRecord = ShownRecord['record'];
export type RecordedBid = OpeningRecord['bids'][number];

/** Null for a lot that has no key record: there is nothing to open. */
export const openingQuery = (lotId: string) =>
  queryOptions({
    queryKey: ['opening', lotId],
    queryFn: () =>
      orNull(
        unwrap(api.GET('/api/v1/lots/{lotId}/opening', { params: { path: { lotId } } })),
        'OPENING.LOT_UNKNOWN',
        'OPENING.NOT_KEYED',
      ),
    refetchInterval: (query) => (query.state.data?.state === 'recorded' ? false : 5_000),
  });

/** Null while the opening goes on. */
export const recordQuery = (lotId: string) =>
  queryOptions({
    queryKey: ['opening-record', lotId],
    queryFn: () =>
      orNull(
        unwrap(api.GET('/api/v1/lots/{lotId}/opening/record', { params: { path: { lotId } } })),
        'OPENING.LOT_UNKNOWN',
        'OPENING.NOT_KEYED',
        'OPENING.NOT_CLOSED',
        'OPENING.NOT_RECORDED',
      ),
    refetchInterval: (query) => (query.state.data?.signed ? false : 5_000),
  });

/** Within the window: a bid that CLOSE left out is added by the platform's own receipt. @throws ProblemError */
export const presentReceipt = (
  lotId: string,
  shown: { readonly receipt: ReceiptFile; readonly commit: Commit },
): Promise<void> => postJson(`/api/v1/lots/${encodeURIComponent(lotId)}/opening/find-yourself`, shown);
