/** A ClientFailure that found nothing out, or a platform that is busy or away: asking again may help. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('undecided' in error && error.undecided === true) return true;
  return 'status' in error && (error.status === 429 || Number(error.status) >= 500);
}
