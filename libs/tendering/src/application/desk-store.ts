import type { Instant, LotId, ProjectId } from '#kernel';
import type { Tx } from '#persistence';
import type { Lot, Project } from '../domain/lot.ts';

export interface DeskPage {
  /** Exclusive. */
  readonly after: readonly [at: Instant, id: string] | null;
  readonly limit: number;
}

export interface DeskProject extends Project {
  readonly registeredAt: Instant;
  readonly lots: number;
}

/** An organisation's own tenders, newest first. */
export abstract class DeskStore {
  /** Of which it is the agency or the tenderee. */
  abstract projects(tx: Tx, organisation: string, page: DeskPage): Promise<readonly DeskProject[]>;
  /** Drafts only where it is the agency. */
  abstract lots(
    tx: Tx,
    organisation: string,
    page: DeskPage & { readonly projectId: ProjectId | null },
  ): Promise<readonly Lot[]>;
  abstract openQuestions(tx: Tx, lotId: LotId): Promise<number>;
}
