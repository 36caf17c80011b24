import { useSyncExternalStore } from 'react';
import type { Signed, Signer } from '#trust';
import { demoSigner } from './demo.ts';
import { KeyFault } from './key-file.ts';
import { currentSession, currentSigner, setSigner } from './session-store.ts';

/** The reader closed the dialog that asks for the key, or signed out. */
export class SignCancelled extends Error {}

interface Request {
  give(signer: Signer): void;
  cancel(): void;
}

let waiting: Request | null = null;
const listeners = new Set<() => void>();
function wait(request: Request | null): void {
  waiting = request;
  for (const each of listeners) each();
}

/** What the key is wanted for right now; the dialog of the page frame shows itself by it. */
export const useKeyRequest = (): Request | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting,
  );

/**
 * The key of the session. After a reload the key file is asked for again (a demonstration's is fetched again).
 * @throws SignCancelled
 */
export async function getSigner(): Promise<Signer> {
  const held = currentSigner();
  if (held) return held;
  const session = currentSession();
  if (!session) throw new SignCancelled();
  const known = session.demo === null ? null : await demoSigner(session.demo);
  if (known) return accept(known);
  waiting?.cancel();
  return new Promise((resolve, reject) => {
    wait({
      give: (signer) => {
        resolve(accept(signer));
        wait(null);
      },
      cancel: () => {
        reject(new SignCancelled());
        wait(null);
      },
    });
  });
}

/** @throws KeyFault where it is not the key that signed in */
export function accept(signer: Signer): Signer {
  const { certificateFingerprint } = currentSession()?.principal ?? {};
  if (signer.certificate.fingerprint !== certificateFingerprint) throw new KeyFault('otherKey');
  setSigner(signer);
  return signer;
}

/** A record with this session's signature, by the key in this page. @throws SignCancelled */
export async function signHere<T>(type: string, record: T): Promise<Signed<T>> {
  const signer = await getSigner();
  const { signRecord } = await import('#trust');
  return signRecord(type, record, [signer]);
}
