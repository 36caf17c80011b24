import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SignCancelled } from '../session/signing.ts';
import { shown } from './fault.ts';

/** One piece of work at a time, with what ended it in words; a closed key dialog is no fault. */
export function useTask() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setFault(null);
    try {
      await work();
      setBusy(false);
      return true;
    } catch (error) {
      if (!(error instanceof SignCancelled)) setFault(shown(error, t));
      setBusy(false);
      return false;
    }
  };
  return { busy, fault, run };
}
