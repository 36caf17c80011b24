import { queryOptions } from '@tanstack/react-query';
import { api, orNull, unwrap } from './client.ts';
import type { paths } from './platform.ts';

export type Result =
  paths['/api/v1/lots/{lotId}/result']['get']['responses'][200]['content']['application/json'];
export type Progress =
  paths['/api/v1/progress']['get']['responses'][200]['content']['application/json']['items'][number];

/** Null before the candidates are public. */
export const resultQuery = (lotId: string) =>
  queryOptions({
    queryKey: ['result', lotId],
    queryFn: () =>
      orNull(
        unwrap(api.GET('/api/v1/lots/{lotId}/result', { params: { path: { lotId } } })),
        'AWARD.NO_RESULT',
      ),
    refetchInterval: (query) => (query.state.data?.award ? false : 15_000),
  });

/** The API answers for so many at a time (MAX_LOTS of its controller): a long list is asked for in parts. */
const MOST_LOTS = 100;

/** How far each of these lots is after its deadline. */
export const progressQuery = (lots: readonly string[]) =>
  queryOptions({
    queryKey: ['progress', lots],
    enabled: lots.length > 0,
    queryFn: async () => {
      const pages = Array.from({ length: Math.ceil(lots.length / MOST_LOTS) }, (_, at) =>
        lots.slice(at * MOST_LOTS, (at + 1) * MOST_LOTS),
      );
      const answers = await Promise.all(
        pages.map((page) =>
          unwrap(api.GET('/api/v1/progress', { params: { query: { lots: page.join(',') } } })),
        ),
      );
      return new Map(answers.flatMap(({ items }) => items.map((item) => [item.id, item])));
    },
  });
