/** `work` over all entries, at most `atOnce` side by side; results in the entries' order. The first error is thrown at the end. */
export async function inTurns<T, R>(
  entries: readonly T[],
  atOnce: number,
  work: (entry: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  const queue = entries.entries();
  const lane = async (): Promise<void> => {
    for (const [at, entry] of queue) {
      try {
        results[at] = await work(entry);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (errors.length > 0) throw errors[0];
  return results;
}
