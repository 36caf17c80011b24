import { useTranslation } from 'react-i18next';
import { useRun } from '../ui/use-run.ts';
import type { Run } from '../ui/use-run.ts';
import { shown } from './fault.ts';

/** A trustee's piece of work, with what ended it in words. */
export function useTask(): Run {
  const { t } = useTranslation();
  const task = useRun();
  const run: Run['run'] = (work) =>
    task.run(() =>
      work().catch((error: unknown) => {
        throw shown(error, t);
      }),
    );
  return { ...task, run };
}
