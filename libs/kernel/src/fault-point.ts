/**
 * A named moment at which a crash would hurt most (after an fsync, before a commit). It does nothing, unless a
 * fault test has installed a hook, which may stall, throw or kill the process there. Every name is listed by the
 * fault campaign (test/faults), which fails when a point was never reached.
 */
export type FaultHook = (point: string) => void | Promise<void>;

let hook: FaultHook | null = null;

export function installFaultHook(next: FaultHook | null): void {
  hook = next;
}

export async function faultPoint(point: string): Promise<void> {
  if (hook) await hook(point);
}
