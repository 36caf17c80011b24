import { performance } from 'node:perf_hooks';

/** Prints what happens, with the time since the start and how long each step took. */
export class Steps {
  private readonly start = performance.now();

  async take<T>(what: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const value = await work();
    this.say(`${what} (${((performance.now() - from) / 1000).toFixed(1)} s)`);
    return value;
  }

  say(what: string): void {
    const seconds = ((performance.now() - this.start) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds} s  ${what}\n`);
  }
}
