import { Injectable } from '@nestjs/common';
import { IntegrityError, Settings, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { rulesetOf } from '#legal-time';
import type { Tx } from '#persistence';
import type { Principal } from '#web';
import { decide } from '../domain/decide-lot.ts';
import { dueEvents } from '../domain/due-events.ts';
import type { Lot, Project } from '../domain/lot.ts';
import type { LotCommand, LotFacts } from '../domain/lot-rules.ts';
import { tenderError } from '../domain/refusals.ts';
import { LotStore } from './lot-store.ts';
import type { Actor, LotChange } from './lot-store.ts';

/** What goes with a step. */
export interface Step {
  readonly actor: Actor;
  readonly change?: LotChange;
  readonly logged?: string;
}

/** A lot that this transaction has to itself, as time has left it. */
export interface HeldLot {
  readonly lot: Lot;
  readonly project: Project;
  readonly now: Instant;
}

export const actorOf = (who: Principal, address: string): Exclude<Actor, 'clock'> => ({
  personId: who.personId,
  creditCode: who.organisationId,
  fingerprint: who.certificateFingerprint,
  address,
});

/** Takes steps of the lot's machine: decide, compare and swap, transition row; one transaction, one clock reading. */
@Injectable()
export class LotSteps {
  constructor(
    private readonly lots: LotStore,
    private readonly settings: Settings,
  ) {}

  /** Locks the lot and applies what time has done, so that a dead scheduler moves no deadline. */
  async hold(tx: Tx, lotId: LotId): Promise<HeldLot> {
    const lot = await this.lots.lockLot(tx, lotId);
    const project = lot && (await this.lots.project(tx, lot.projectId));
    if (!lot || !project) throw tenderError('TENDERING.LOT_UNKNOWN');
    const now = await tx.now();
    return { lot: await this.applyDue(tx, lot, now), project, now };
  }

  async applyDue(tx: Tx, lot: Lot, now: Instant): Promise<Lot> {
    const [due] = dueEvents(lot);
    if (!due || due.at > now) return lot;
    const passed = await this.take(tx, lot, { event: due.event }, now, { actor: 'clock' });
    const payload = { lotId: lot.id };
    const type = passed.state === 'cancelled' ? 'tendering.lot-cancelled' : 'tendering.bidding-closed';
    await tx.publish({ type, key: lot.id, payload });
    return passed;
  }

  /** @throws RefusalError with the code of the rule that forbids the step */
  async take(
    tx: Tx,
    lot: Lot,
    command: LotCommand,
    now: Instant,
    step: Step & { facts?: Partial<LotFacts> },
  ) {
    const facts = { ...this.factsOf(lot), ...step.facts };
    const next = unwrap(decide(lot.state, command, facts, now));
    const change = step.change ?? {};
    const applied = await this.lots.apply(tx, lot, next, change, {
      from: lot.state,
      to: next.state,
      event: command.event,
      actor: step.actor,
      ruleset: lot.ruleset,
      logged: step.logged ?? null,
    });
    if (!applied) throw tenderError('TENDERING.CONFLICT');
    return { ...lot, ...next, ...change, version: lot.version + 1 };
  }

  factsOf(lot: Lot): LotFacts {
    const ruleset = rulesetOf(lot.ruleset);
    if (!ruleset) throw new IntegrityError('a lot names a ruleset that is not known', { lot: lot.id });
    return {
      ruleset,
      scale: lot.acceleration,
      demo: this.settings.demo,
      deadline: lot.deadline,
      documentsFrom: lot.documentsFrom,
      documentsUntil: lot.documentsUntil,
      documents: 0,
    };
  }
}

/** The lot's agency, in its own session. Outsiders are told the same as of a lot that does not exist. */
export function assertAgency(held: { readonly lot: Lot; readonly project: Project }, who: Principal): void {
  if (held.project.agency.creditCode === who.organisationId) return;
  throw tenderError(held.lot.state === 'draft' ? 'TENDERING.LOT_UNKNOWN' : 'TENDERING.NOT_YOURS');
}
