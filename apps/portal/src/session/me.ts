import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../api/client.ts';

/** Whether the platform still knows this session. */
export const meQuery = (token: string | null) =>
  queryOptions({
    queryKey: ['me', token],
    enabled: token !== null,
    queryFn: () => unwrap(api.GET('/api/v1/me')),
    staleTime: 60_000,
    refetchInterval: 300_000,
  });
