/** What the visit remembers over a reload. */
export interface Kept {
  readonly lotId: string | null;
  /** Rivals that bid already: how many bid is a secret that the platform tells nobody. */
  readonly rivals: boolean;
  readonly own: boolean;
}
export const FRESH: Kept = { lotId: null, rivals: false, own: false };
