import { Injectable } from '@nestjs/common';
import { faultPoint } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import type { Principal } from '#web';
import { AdvanceLot } from './advance-lot.ts';
import { AttendanceStore } from './attendance-store.ts';
import type { Attendant, AttendantRole } from './attendance-store.ts';
import { openingError } from './refusal.ts';
import { SessionStore } from './session-store.ts';

/** Organisations that sign in to one hall. */
const PER_LOT = 1000;

export interface SignedIn {
  readonly attendant: Attendant;
  readonly created: boolean;
}

/**
 * Sign-in to the hall (签到), once per organisation. Who bids, and how many, is secret to everybody until the deadline
 * (法22, 20号令21): a bidder signs in from the deadline on, the one that stands in the storing transaction, judged by the
 * database's clock in the statement that stores it. Whoever the notice names may sign in before.
 */
@Injectable()
export class AttendHall {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sessions: SessionStore,
    private readonly attendance: AttendanceStore,
    private readonly advance: AdvanceLot,
    private readonly parties: Parties,
    private readonly tendering: Tendering,
  ) {}

  /** @throws RefusalError OPENING.NOT_A_PARTY where the organisation is not what it says to be in this lot */
  async signIn(
    lotId: LotId,
    who: Principal,
    { role, address }: { readonly role: AttendantRole; readonly address: string },
  ): Promise<SignedIn> {
    await this.advance.run(lotId);
    const lot = await this.tendering.lot(lotId);
    if (!lot) throw openingError('OPENING.LOT_UNKNOWN');
    if (!rolesOf(lot, who).includes(role)) throw openingError('OPENING.NOT_A_PARTY', { role });
    if (lot.state !== 'keyed') throw openingError('OPENING.STATE', { state: lot.state, event: 'sign-in' });
    const creditCode = who.organisationId;
    const name = (await this.parties.organisation(creditCode))?.name ?? creditCode;
    await faultPoint('opening.attendance.before');
    const { personId } = who;
    const signedIn = await this.unitOfWork.run((tx) =>
      this.store(tx, lot.id, { creditCode, name, role, personId, address }),
    );
    await faultPoint('opening.attendance.after');
    return signedIn;
  }

  /** With person and address, for who supervises (20号令49). */
  async list(lotId: LotId, after: string, limit: number): Promise<readonly Attendant[]> {
    await this.advance.run(lotId);
    return this.unitOfWork.run((tx) => this.attendance.list(tx, lotId, after, limit));
  }

  private async store(tx: Tx, lotId: LotId, wanted: Omit<Attendant, 'at'>): Promise<SignedIn> {
    const session = await this.sessions.lock(tx, lotId);
    if (!session) throw openingError('OPENING.LOT_UNKNOWN');
    const known = await this.attendance.find(tx, lotId, wanted.creditCode);
    if (known) return { attendant: known, created: false };
    if (session.state === 'recorded') {
      throw openingError('OPENING.STATE', { state: session.state, event: 'sign-in' });
    }
    if ((await this.attendance.count(tx, lotId)) >= PER_LOT) {
      throw openingError('OPENING.ATTENDANCE_QUOTA', { limit: PER_LOT });
    }
    const attendant = await this.admit(tx, lotId, wanted);
    const { creditCode, name, role } = attendant;
    await this.sessions.say(tx, lotId, 'signed-in', null, { creditCode, name, role });
    return { attendant, created: true };
  }

  /** A deadline that was read before this transaction may have moved since: bidders would be named too early. */
  private async admit(tx: Tx, lotId: LotId, wanted: Omit<Attendant, 'at'>): Promise<Attendant> {
    const opensAt = wanted.role === 'bidder' ? await this.openingOf(tx, lotId) : null;
    const attendant = await this.attendance.add(tx, lotId, wanted, opensAt);
    if (!attendant) throw openingError('OPENING.HALL_NOT_OPEN', { article: '法22', opensAt });
    return attendant;
  }

  private async openingOf(tx: Tx, lotId: LotId): Promise<Instant> {
    const deadline = await this.tendering.holdDeadline(tx, lotId);
    if (deadline === null) throw openingError('OPENING.STATE', { event: 'sign-in' });
    return deadline;
  }
}

/** Anybody who may bid may have bid, unless the notice names it; who did is known when identities are opened. */
function rolesOf(lot: LotView, { organisationId, permissions }: Principal): readonly AttendantRole[] {
  const named: AttendantRole[] = [];
  if (lot.agency.creditCode === organisationId) named.push('agency');
  if (lot.tenderee.creditCode === organisationId) named.push('tenderee');
  if (lot.regulator.creditCode === organisationId) named.push('regulator');
  if (lot.seats.some(({ org }) => org === organisationId)) named.push('trustee');
  return named.length === 0 && permissions.includes('bid.submit') ? ['bidder'] : named;
}
