import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { overviewQuery } from '../api/platform-state.ts';

/**
 * The platform's time, in milliseconds; null while it is not known. It is the database's clock carried on by this
 * machine's steady clock: what the machine believes the hour to be plays no part.
 */
export function useServerNow(): number | null {
  const { data } = useQuery(overviewQuery());
  const [steady, setSteady] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setSteady(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!data?.serverTime) return null;
  return Date.parse(data.serverTime) + Math.max(0, steady - data.measuredAt);
}
