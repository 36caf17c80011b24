import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformProcess } from './platform-process.ts';

/** A small generator whose whole state is the seed that the campaign prints (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface KillPlan {
  readonly seed: number;
  /** Each is killed at once, at the first to fourth time that it is passed. */
  readonly points: readonly string[];
  /** Kills at moments that only the seed knows. */
  readonly randomKills: number;
  /** Times that the database alone dies under a running platform. */
  readonly databaseKills: number;
}

/** Passed so often that an early and a late kill are different things. */
const FREQUENT =
  /^(persistence\.commit|transparency\.(leaves|tiles?|checkpoint)|storage\.part|bidding\.part)/;

/** Keeps the platform alive and kills it by plan: at named points, at random moments, with and without its database. */
export class Supervisor {
  readonly kills: string[] = [];
  /** Lives that ended otherwise than by a kill of ours. */
  readonly crashes: string[] = [];
  private readonly random: () => number;
  private readonly counts: Map<string, number>;
  private randomLeft: number;
  private databaseLeft: number;
  private calm = false;
  /** Lines of the trace that earlier lives wrote. */
  private settled = 0;
  private running: Promise<void> | null = null;

  constructor(
    private readonly platform: PlatformProcess,
    plan: KillPlan,
  ) {
    this.random = seeded(plan.seed);
    const countOf = (point: string) => 1 + Math.floor(this.random() * (FREQUENT.test(point) ? 6 : 1));
    this.counts = new Map(plan.points.map((point) => [point, countOf(point)]));
    this.randomLeft = plan.randomKills;
    this.databaseLeft = plan.databaseKills;
  }

  get tracePath(): string {
    return join(this.platform.home.dataDir, 'fault-trace');
  }

  get pending(): readonly string[] {
    return [...this.counts.keys()];
  }

  start(): void {
    this.running = this.loop();
  }

  /** No more kills and no more lives. */
  async halt(): Promise<void> {
    this.calm = true;
    if (this.running) await this.platform.kill();
    await this.running;
  }

  /** No more kills: the platform is up again when it resolves, or the campaign has failed. */
  async rest(): Promise<void> {
    await this.halt();
    this.platform.launch({ FAULT_TRACE: this.tracePath });
    if (!(await this.platform.ready())) this.crashes.push(`does not start: ${this.platform.lastWords()}`);
  }

  /** How many lives have passed each point, those that died there among them. */
  async passed(): Promise<ReadonlyMap<string, number>> {
    const passed = new Map<string, number>();
    for (const line of (await this.trace()).filter((each) => !each.startsWith('killed ')))
      passed.set(line, (passed.get(line) ?? 0) + 1);
    return passed;
  }

  private async trace(): Promise<string[]> {
    const text = await readFile(this.tracePath, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  private async loop(): Promise<void> {
    while (!this.calm) {
      await this.life();
      if (this.crashes.length < 5) continue;
      // It will not get better, and everybody else would wait for it in vain.
      await this.platform.stop();
      throw new Error(`the platform ends by itself: ${this.crashes.at(-1) ?? ''}`);
    }
  }

  private async life(): Promise<void> {
    const armed = [...this.counts].map(([point, count]) => `${point}:${count}`).join();
    this.platform.launch({ FAULT_TRACE: this.tracePath, ...(armed === '' ? {} : { FAULT_KILL: armed }) });
    const started = await this.platform.ready();
    const ended = this.platform.ended();
    if (started) await Promise.race([ended, this.hazards(ended)]);
    const how = await ended;
    await this.settle(how);
    if (this.random() < 0.15) await this.platform.killDatabase(this.random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
  }

  /** While the platform lives: now and then the database dies under it, now and then it is killed itself. */
  private async hazards(ended: Promise<string>): Promise<void> {
    const over = ended.then(() => true);
    const pause = (ms: number) => Promise.race([over, sleep(ms, false)]);
    if (this.databaseLeft > 0 && this.random() < 0.3) {
      if (await pause(300 + this.random() * 2000)) return;
      this.databaseLeft -= 1;
      this.kills.push('database');
      await this.platform.killDatabase(this.random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
    }
    if (this.randomLeft > 0 && (this.counts.size === 0 || this.random() < 0.4)) {
      if ((await pause(200 + this.random() * 4000)) || this.calm) return;
      this.randomLeft -= 1;
      this.kills.push('random');
      await this.platform.kill();
    }
  }

  /** A life that ended before the campaign's own loop began. */
  async noteKill(how: string): Promise<void> {
    await this.settle(how);
  }

  private async settle(how: string): Promise<void> {
    if (how !== 'SIGKILL') this.crashes.push(`ended by ${how}: ${this.platform.lastWords()}`);
    const lines = await this.trace();
    const killed = lines.filter((line) => line.startsWith('killed ')).map((line) => line.slice(7));
    for (const point of killed.filter((each) => this.counts.delete(each))) this.kills.push(point);
    // Passed, but not often enough in a life that something else ended: the next one ends at its first time.
    for (const point of lines.slice(this.settled)) if (this.counts.has(point)) this.counts.set(point, 1);
    this.settled = lines.length;
  }
}
