import { queryOptions } from '@tanstack/react-query';
import { api, fetchText, orNull, unwrap } from './client.ts';

/** With the middle of the request by this machine's steady clock: what the platform's time is compared with. */
export const overviewQuery = () =>
  queryOptions({
    queryKey: ['overview'],
    queryFn: async () => {
      const sent = performance.now();
      const overview = await unwrap(api.GET('/api/v1/overview'));
      return { ...overview, measuredAt: (sent + performance.now()) / 2 };
    },
    staleTime: 30_000,
    refetchInterval: 60_000,
  });

export interface LogHead {
  readonly origin: string;
  readonly size: number;
  /** base64, as in the note. */
  readonly root: string;
  readonly text: string;
}

/** The latest checkpoint: three lines, then signatures (C2SP tlog-checkpoint). Null while the log is empty. */
export const logHeadQuery = () =>
  queryOptions({
    queryKey: ['log-head'],
    queryFn: async (): Promise<LogHead | null> => {
      const text = await orNull(fetchText('/log/checkpoint'), 'TRANSPARENCY.LOG_EMPTY');
      if (text === null) return null;
      const [origin = '', size = '', root = ''] = text.split('\n');
      return { origin, size: Number(size), root, text };
    },
    refetchInterval: 15_000,
  });

export const logKeyQuery = () =>
  queryOptions({ queryKey: ['log-key'], queryFn: () => fetchText('/log/vkey'), staleTime: Infinity });

/** What this platform says of its own roots: for demonstrations; a real reader pins a copy from elsewhere. */
export const fetchRoots = (): Promise<string> => fetchText('/api/v1/trust');

/**
 * PEM chains of the platform and the trustees of a lot: who pins a hash may take the bytes from anywhere. None where
 * the platform gives none: what needs them then says so.
 */
export async function fetchLotCertificates(id: string): Promise<readonly string[]> {
  try {
    const text = await fetchText(`/api/v1/lots/${encodeURIComponent(id)}/lotkey`);
    const { certificates } = JSON.parse(text) as { certificates?: unknown };
    return Array.isArray(certificates) ? certificates.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
