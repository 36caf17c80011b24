import { useState } from 'react';
import { SignCancelled } from '../session/signing.ts';

export interface Run {
  readonly busy: boolean;
  /** What ended the last piece of work; null: nothing did. For `FaultView`. */
  readonly fault: unknown;
  /** Never rejects; whether `work` came to its end. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  /** Forgets the fault: the reader begins to mend it. */
  readonly forget: () => void;
}

/** One piece of work at a time, begun by the reader. A key dialog that was closed is no fault. */
export function useRun(): Run {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setFault(null);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof SignCancelled)) setFault(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, fault, run, forget: () => setFault(null) };
}
