/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

const reasonOf = (signal?: AbortSignal): Error =>
  signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');

/** A whole number below `limit`, for jitter; the bias of 32 bits over small limits does not matter there. */
export function jitter(limit: number): number {
  const [word = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return word % Math.max(1, Math.ceil(limit));
}
