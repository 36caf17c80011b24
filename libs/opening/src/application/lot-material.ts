import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import { Bidding } from '#bidding';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import { byArrival, hashText, journalTargets, shareTargets } from '#trust';
import type {
  CertificateLookup,
  Close,
  Commit,
  JournalKey,
  LotKey,
  ShareAudience,
  ShareTarget,
} from '#trust';
import { openingError } from './refusal.ts';
import { SessionStore } from './session-store.ts';
import type { Stored, StoredAddition } from './session-store.ts';

/** All that shares and envelopes of one lot are judged by; it never changes once the window is over. */
export interface LotMaterial {
  readonly lotId: LotId;
  readonly lot: LotView;
  readonly lotKey: LotKey;
  readonly journal: JournalKey;
  readonly close: Stored<Close>;
  readonly additions: readonly StoredAddition[];
  /** Accepted and added bids, in order of arrival. */
  readonly bids: readonly { readonly c: string; readonly arrivedAt: string; readonly commit: Commit }[];
  /** The trustees' certificates, as LOTKEY pins them. */
  readonly certificates: CertificateLookup;
}

const REMEMBERED = 8;

@Injectable()
export class LotMaterials {
  private readonly known = new Map<LotId, LotMaterial>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly tendering: Tendering,
    private readonly bidding: Bidding,
    private readonly parties: Parties,
  ) {}

  /** Call it after the window is over. @throws RefusalError OPENING.NOT_CLOSED before CLOSE */
  async of(lotId: LotId): Promise<LotMaterial> {
    const remembered = this.known.get(lotId);
    if (remembered) return remembered;
    const material = await this.load(lotId);
    const [oldest] = this.known.keys();
    if (this.known.size >= REMEMBERED && oldest !== undefined) this.known.delete(oldest);
    this.known.set(lotId, material);
    return material;
  }

  private async load(lotId: LotId): Promise<LotMaterial> {
    const { close, additions, session } = await this.unitOfWork.run(async (tx) => ({
      session: await this.sessions.find(tx, lotId),
      close: await this.sessions.close(tx, lotId),
      additions: await this.sessions.additions(tx, lotId),
    }));
    const lot = await this.tendering.lot(lotId);
    if (!close || !session || session.state === 'closed') throw openingError('OPENING.NOT_CLOSED');
    if (!lot?.lotKey || !lot.journal) throw new IntegrityError('a closed lot has no key', { lotId });
    const added = additions.map(({ signed, commit }) => ({ ...signed.record.bid, commit }));
    const accepted = await Promise.all(
      close.signed.record.accepted.map(async (bid) => ({ ...bid, commit: await this.commit(bid.c) })),
    );
    const known = await this.parties.certificates(lot.lotKey.record.trustees.map(({ cert }) => cert));
    return {
      lotId,
      lot,
      lotKey: lot.lotKey.record,
      journal: lot.journal.record,
      close,
      additions,
      bids: [...accepted, ...added].sort(byArrival),
      certificates: (fingerprint) => known.get(fingerprint),
    };
  }

  /** CLOSE names it, so a COMMIT that is missing or is another one means that the store was tampered with. */
  private async commit(c: string): Promise<Commit> {
    const commit = await this.bidding.commit(c);
    if (!commit || hashText('commit', commit) !== c) throw new IntegrityError('a COMMIT is gone', { c });
    return commit;
  }
}

/** The dealings that shares of this stage and audience open: of the given bids, or the lot's journal. */
export function targetsOf(
  material: LotMaterial,
  standing: ReadonlySet<string>,
  stage: number,
  audience: ShareAudience,
): ShareTarget[] {
  if (audience === 'journal') return journalTargets(material.journal);
  const bids = stage === 0 ? material.bids : material.bids.filter(({ c }) => standing.has(c));
  return shareTargets(bids, stage, audience);
}
