/**
 * One check at a time, whoever asks: everybody may ask how the platform is (`/health`, `/api/v1/overview`), and to look
 * at a store means to write to it.
 */
export function sharedCheck(check: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () =>
    (running ??= check().finally(() => {
      running = null;
    }));
}
