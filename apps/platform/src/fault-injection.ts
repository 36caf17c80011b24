import { appendFileSync } from 'node:fs';
import { installFaultHook } from '#kernel';

export interface FaultPlan {
  /** `point:count`, comma separated: the process kills itself when it passes `point` for the `count`-th time. */
  readonly kill: ReadonlyMap<string, number>;
  /** Names of the points that were passed are appended here, each once per process, before anything else happens. */
  readonly trace: string | null;
}

const POINT = /^[a-z-]+(?:\.[a-z0-9-]+)+:[1-9]\d{0,5}$/;

/** Null when the text is no list of `point:count`. */
export function parseFaultKill(text: string): ReadonlyMap<string, number> | null {
  const plan = new Map<string, number>();
  for (const entry of text.split(',')) {
    if (!POINT.test(entry)) return null;
    const [point = '', count = ''] = entry.split(':');
    plan.set(point, Number(count));
  }
  return plan;
}

/**
 * For test/faults alone: parseConfig refuses a plan in production. SIGKILL to oneself is delivered before the next
 * instruction, so nothing after the point happens: no `finally`, no buffer, no shutdown hook.
 */
export function injectFaults(plan: FaultPlan): void {
  const passed = new Map<string, number>();
  installFaultHook((point) => {
    const count = (passed.get(point) ?? 0) + 1;
    passed.set(point, count);
    if (plan.trace !== null && count === 1) appendFileSync(plan.trace, `${point}\n`);
    if (plan.kill.get(point) !== count) return;
    if (plan.trace !== null) appendFileSync(plan.trace, `killed ${point}\n`);
    process.kill(process.pid, 'SIGKILL');
  });
}
