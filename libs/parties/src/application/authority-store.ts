import type { Tx } from '#persistence';
import type { StoredCrl, TrustedRoot } from '../parties.facade.ts';

export abstract class AuthorityStore {
  /** Not withdrawn, in the order in which they were trusted; a development authority in demonstration mode only. */
  abstract trustedRoots(tx: Tx): Promise<readonly TrustedRoot[]>;
  /** Not withdrawn, and yet not trusted: what a demonstration has left in the database. */
  abstract distrustedRoots(tx: Tx): Promise<readonly TrustedRoot[]>;
  /** Trusts it, also again after a withdrawal. */
  abstract trust(tx: Tx, root: TrustedRoot): Promise<void>;
  /** False when it was not trusted. */
  abstract withdraw(tx: Tx, fingerprint: string): Promise<boolean>;
  /** The newest list of each issuer. */
  abstract crls(tx: Tx): Promise<readonly StoredCrl[]>;
  abstract crl(tx: Tx, sha256: string): Promise<StoredCrl | null>;
  abstract addCrl(tx: Tx, crl: StoredCrl): Promise<void>;
}
