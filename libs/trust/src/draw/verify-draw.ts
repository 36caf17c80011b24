/** V18: a draw replayed from its file and the reader's pinned roots alone, step by step. */
import { TrustError } from '../encoding/trust-error.ts';
import type { CheckResult, CheckState, Problem } from '../evidence/report.ts';
import type { DrawResult, DrawSource, DrawTerms, DrawValue } from '../records/index.ts';
import { drawCertificates } from './certificates.ts';
import type { DrawCertificates, DrawTrust } from './certificates.ts';
import { checkOrder } from './draw-file.ts';
import type { DrawFile } from './draw-file.ts';
import { checkApart, everDrawn, openNames } from './names.ts';
import type { OpenedNames } from './names.ts';
import type { CheckedPlan } from './plan.ts';
import type { DrawStanding } from './result.ts';
import { must } from './signers.ts';
import {
  changesStep,
  contributionsStep,
  openingStep,
  planStep,
  poolStep,
  readyStep,
  resultStep,
} from './steps.ts';

export const DRAW_CHECKS = {
  'V18.1': 'plan and trustees',
  'V18.2': 'contributions and the closed list of them',
  'V18.3': 'pool',
  'V18.4': 'public value, fixed before the opening',
  'V18.5': 'opening of every contribution',
  'V18.6': 'result, computed again',
  'V18.7': 'replacements',
  'V18.8': 'names',
  'V18.9': 'one seed for this draw',
} as const;
type DrawCheckId = keyof typeof DRAW_CHECKS;

type DrawCheck = CheckResult<DrawCheckId>;

export interface DrawReport {
  readonly type: 'draw-verification';
  /** `unfinished`: nothing fails, and there is more to come. */
  readonly verdict: 'holds' | 'fails' | 'unfinished';
  readonly subject: string;
  readonly purpose: string;
  readonly sequence: number;
  /** Credit code: whether it is the one that supervises, the reader knows, or a lot's notice. */
  readonly regulator: string;
  /** H("draw-plan", DRAW-PLAN); null where the plan does not hold. */
  readonly plan: string | null;
  readonly checks: readonly DrawCheck[];
  /** Who stands now, by stratum and in order; empty before there is a result that holds. */
  readonly strata: readonly {
    readonly name: string;
    readonly members: readonly {
      readonly leaf: string;
      readonly id: string | null;
      readonly name: string | null;
    }[];
  }[];
  readonly exhausted: boolean;
}

export interface DrawContext {
  /** Keys of LOTKEYs (every y, and `room`): a draw's trustee keys are none of them. */
  readonly taken?: ReadonlySet<string>;
  /** Reports on earlier plans of the same draw. */
  readonly earlier?: readonly DrawReport[];
}

/** Collects the states: what rests on a step that does not hold is not made. */
class Checks {
  readonly list: DrawCheck[] = [];

  get fail(): boolean {
    return this.list.some(({ state }) => state === 'fails');
  }

  /** @param input what the step rests on; null where it is not there yet, or does not hold */
  step<I, T>(
    id: DrawCheckId,
    input: I | null,
    body: (input: I) => T,
    notes: (value: T) => readonly string[] = () => [],
  ): T | null {
    if (input === null) return this.unmade(id);
    try {
      const value = body(input);
      this.add(id, 'holds', notes(value));
      return value;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      const { code, facts, blame } = error;
      this.add(id, 'fails', [], [{ code, subject: id, blame: blame ?? 'bundle', facts }]);
      return null;
    }
  }

  add(id: DrawCheckId, state: CheckState, notes: readonly string[], problems: readonly Problem[] = []): void {
    this.list.push({ id, title: DRAW_CHECKS[id], state, problems, notes });
  }

  /** Names that are still sealed: the check of those that are open held. */
  stillSealed(count: number): void {
    const last = this.list.pop();
    if (last)
      this.list.push({ ...last, state: 'pending', notes: [`${count} who were drawn are still sealed`] });
  }

  private unmade(id: DrawCheckId): null {
    if (this.fail) this.add(id, 'absent', ['an earlier step does not hold']);
    else this.add(id, 'pending', ['not there yet']);
    return null;
  }
}

/** Never throws for what is in the file: whatever it says, the report says what does not hold. */
export function verifyDraw(file: DrawFile, trust: DrawTrust, context: DrawContext = {}): DrawReport {
  const checks = new Checks();
  const { record: terms } = file.plan;
  const begun = checks.step(
    'V18.1',
    file,
    () => {
      checkOrder(file);
      const certificates = drawCertificates(file, trust);
      return { ...certificates, checked: planStep(file, certificates.at, context.taken) };
    },
    ({ checked: { plan } }) => [
      `organised by ${plan.organiser.name}, supervised by ${plan.regulator.name}`,
      `${plan.k} of ${plan.n} seats open`,
      ...(trust.crls ? [] : ['no revocation lists were given']),
    ],
  );
  const replayed = replay(checks, file, begun);
  checkFirst(checks, terms, context.earlier ?? []);
  const open = checks.list.some(({ state }) => state === 'pending' || state === 'restricted');
  const { subject, purpose, sequence, regulator } = terms;
  return {
    type: 'draw-verification',
    verdict: checks.fail ? 'fails' : open ? 'unfinished' : 'holds',
    subject,
    purpose,
    sequence,
    regulator: regulator.creditCode,
    plan: begun?.checked.hash ?? null,
    checks: checks.list,
    strata: checks.fail ? [] : membersOf(replayed),
    exhausted: !checks.fail && (replayed?.standing.exhausted ?? false),
  };
}

interface Replayed {
  readonly standing: DrawStanding;
  readonly opened: OpenedNames;
}

const membersOf = (replayed: Replayed | null): DrawReport['strata'] =>
  (replayed?.standing.strata ?? []).map(({ name, members }) => ({
    name,
    members: members.map((leaf) => {
      const entry = replayed?.opened.get(leaf);
      return { leaf, id: entry?.id ?? null, name: entry?.name ?? null };
    }),
  }));

interface Begun extends DrawCertificates {
  readonly checked: CheckedPlan;
}

/** The steps in their order; each takes what the one before it gave. */
function replay(checks: Checks, file: DrawFile, begun: Begun | null): Replayed | null {
  const dealt = checks.step(
    'V18.2',
    file.dealt && begun,
    (from) => ({ ...from, dealt: contributionsStep(file, from.checked, from.at) }),
    ({ dealt: { dealings } }) => [`${dealings.length} parties contributed`],
  );
  const pooled = checks.step(
    'V18.3',
    file.pool && dealt,
    (from) => ({ ...from, pool: poolStep(file, from.checked, from.dealt, from.at) }),
    ({ pool: { strata, struck } }) => [
      ...strata.map(({ name, size }) => `${name}: ${size} in the pool`),
      `${struck.length} recused beforehand, each with its ground`,
    ],
  );
  const ready = checks.step(
    'V18.4',
    file.ready && pooled,
    (from) => ({ ...from, ready: readyStep(file, from.checked, from.pool, from.at) }),
    ({ checked, ready: { value } }) => [valueNote(checked.plan.source, value)],
  );
  const opens = ready !== null && isOpened(file, ready.checked);
  const opened = checks.step(
    'V18.5',
    opens ? ready : null,
    (from) => ({ ...from, seed: openingStep(file, from.checked, from.ready, from.at) }),
    () => [`${file.shares.length} trustees and ${file.reveals.length} dealers opened`],
  );
  const drawn = checks.step('V18.6', file.result && opened, (from) => ({
    ...from,
    result: resultStep(file, from.checked, from, from.at),
  }));
  const standing = checks.step(
    'V18.7',
    drawn,
    (from) => changesStep(file, from.checked, from.result, from.at),
    ({ exhausted }) => [
      `${file.changes.length} replacements${exhausted ? '; the substitutes are used up' : ''}`,
    ],
  );
  const names = checks.step('V18.8', standing && drawn, (from) => namesOf(file, from));
  if (!names || !standing) return null;
  if (names.sealed > 0) checks.stillSealed(names.sealed);
  return { standing, opened: names.opened };
}

const isOpened = (file: DrawFile, { plan }: CheckedPlan): boolean =>
  file.shares.length >= plan.k || file.reveals.length === plan.dealers.length;

/** Names may stay sealed until the result is announced; what is open must fit. */
function namesOf(
  file: DrawFile,
  { checked, result, checkUsed }: Begun & { readonly result: DrawResult },
): { readonly opened: OpenedNames; readonly sealed: number } {
  checkUsed();
  const opened = openNames(checked.hash, file.leaves, file.names);
  const changes = file.changes.map(({ record }) => record);
  checkApart(checked.plan, result, changes, opened);
  return { opened, sealed: everDrawn(result, changes).filter((leaf) => !opened.has(leaf)).length };
}

function valueNote(source: DrawSource, value: DrawValue): string {
  if (value.kind === 'witnesses') return 'cosigned by outside witnesses';
  if (source.kind === 'declared')
    return `"${value.text}" from ${source.source} at ${source.at}: look it up there`;
  return 'DEVELOPMENT: organiser and regulator wrote this value themselves';
}

/** A second plan of one draw stands only after a first that was used up, or given up before anything of it opened. */
function checkFirst(checks: Checks, terms: DrawTerms, earlier: readonly DrawReport[]): void {
  const { previous, sequence } = terms;
  if (previous === null) {
    checks.add('V18.9', 'holds', ['the first plan of this draw']);
    return;
  }
  const before = earlier.find(({ plan }) => plan === previous.plan);
  if (!before) {
    checks.add('V18.9', 'restricted', [`needs the file of plan ${previous.plan}`]);
    return;
  }
  checks.step(
    'V18.9',
    before,
    () => {
      const same =
        before.subject === terms.subject &&
        before.purpose === terms.purpose &&
        before.regulator === terms.regulator.creditCode;
      const follows = same && before.sequence === sequence - 1 && before.verdict !== 'fails';
      const unopened = before.checks.some(({ id, state }) => id === 'V18.5' && state === 'pending');
      const allowed = previous.reason === 'exhausted' ? before.exhausted : unopened;
      must(
        follows && allowed,
        'DRAW.SECOND',
        { earlier: previous.plan, reason: previous.reason },
        'regulator',
      );
    },
    () => [`after ${previous.plan}, ${previous.reason}`],
  );
}
