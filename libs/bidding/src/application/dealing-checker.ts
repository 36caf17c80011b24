import type { SuiteId } from '#trust';

/** The proofs of one commitment, with what they are held against. Plain data: it goes to another thread. */
export interface ProofJob {
  /** Canonical COMMIT, already checked for its shape. */
  readonly raw: Uint8Array;
  readonly lotKeyHash: string;
  readonly suite: SuiteId;
  /** The trustees' y_1…y_n of LOTKEY, base64url. */
  readonly trusteeKeys: readonly string[];
  readonly k: number;
}

/** Checks the dealings of commitments (PROTOCOL section 4), away from the thread that answers requests. */
export abstract class DealingChecker {
  /**
   * True when every dealing of the commitment holds. `account`: an opaque word for who sent it; accounts take turns, so
   * that one account's flood does not make the others wait.
   */
  abstract check(account: string, job: ProofJob): Promise<boolean>;
}
