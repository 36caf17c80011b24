/**
 * What the verifier says: one entry per numbered check, each with what failed and who is to blame. A check that is
 * `restricted` to this reader, `pending` a later reveal, or whose subject is `absent` from this tender, does not fail.
 */
import type { Blame, TrustCode } from '../encoding/index.ts';
import type { CertificateCode } from '../pki/certificate.ts';
import type { CrlCode } from '../pki/crl.ts';
import type { ChainCode } from '../pki/path-result.ts';
import type { OutsideTimeCode } from '../timestamp/index.ts';

export const CHECKS = {
  V01: 'roots and certificates',
  V02: 'lot and key record',
  V03: 'log consistency',
  V04: 'witness quorum',
  V05: 'inclusion of every receipt',
  V06: 'dummies accounted for',
  V07: 'accepted = the in-time set',
  V08: 'time stamps',
  V09: 'dealings',
  V10: 'no duplicate',
  V11: 'partial openings',
  V12: 'combination',
  V13: 'stored bytes',
  V14: 'decryption',
  V15: 'bidder signature',
  V16: 'opening record = content',
  V17: 'stage order',
  V18: 'draw replay',
  V19: 'report and score-sheet signatures',
  V20: 'award replay',
  V21: 'nothing unexplained',
} as const;

export type CheckId = keyof typeof CHECKS;
export type CheckState = 'holds' | 'fails' | 'restricted' | 'pending' | 'absent';

/** `bundle`: whoever made or changed this file; its own bytes contradict each other. */
export type Culprit = Blame | 'agency' | 'bundle';

/** What a finding may be called: a closed list, so that readers can look each up. */
export type FindingCode = TrustCode | CertificateCode | CrlCode | ChainCode | OutsideTimeCode;

export interface Problem {
  /** A stable code, `EVIDENCE.…` or that of the trust code that refused. */
  readonly code: FindingCode;
  /** What it is about: a path in the bundle, or a commitment. */
  readonly subject: string;
  readonly blame: Culprit;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export interface CheckResult<Id extends string = CheckId> {
  readonly id: Id;
  readonly title: string;
  readonly state: CheckState;
  readonly problems: readonly Problem[];
  /** How many objects were looked at; why a check is restricted, pending or absent. */
  readonly notes: readonly string[];
}

export interface VerificationReport {
  readonly type: 'verification';
  /** `holds`: every check holds or does not apply; `fails`: at least one fails. */
  readonly verdict: 'holds' | 'fails';
  readonly lot: string;
  readonly audience: string;
  readonly checks: readonly CheckResult[];
}

/** Collects problems and notes by check while the checks run. */
export class Findings {
  private readonly problems = new Map<CheckId, Problem[]>();
  private readonly notes = new Map<CheckId, string[]>();
  private readonly states = new Map<CheckId, Exclude<CheckState, 'fails'>>();

  fail(id: CheckId, code: FindingCode, subject: string, blame: Culprit, facts: Problem['facts'] = {}): void {
    listOf(this.problems, id).push({ code, subject, blame, facts });
  }

  /** Fails the check unless `condition`; returns it, so that what depends on it can be left out. */
  expect(condition: boolean, id: CheckId, code: FindingCode, subject: string, blame: Culprit): boolean {
    if (!condition) this.fail(id, code, subject, blame);
    return condition;
  }

  note(id: CheckId, text: string): void {
    listOf(this.notes, id).push(text);
  }

  /** Says why a check cannot be made by this reader; a problem found all the same still fails it. */
  set(id: CheckId, state: 'restricted' | 'pending' | 'absent', why: string): void {
    this.states.set(id, state);
    this.note(id, why);
  }

  results(): CheckResult[] {
    return (Object.keys(CHECKS) as CheckId[]).map((id) => {
      const problems = this.problems.get(id) ?? [];
      const state = problems.length > 0 ? 'fails' : (this.states.get(id) ?? 'holds');
      return { id, title: CHECKS[id], state, problems, notes: this.notes.get(id) ?? [] };
    });
  }
}

function listOf<T>(map: Map<CheckId, T[]>, id: CheckId): T[] {
  const list = map.get(id) ?? [];
  map.set(id, list);
  return list;
}
