import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { startThread } from '#trust/node';
import { DealingChecker } from '../application/dealing-checker.ts';
import type { ProofJob } from '../application/dealing-checker.ts';
import type { ProofAnswer, ProofBatch } from './check-dealings.worker.ts';
import { Turns } from './turns.ts';

/** Commitments in one batch: large enough that a dealing costs a quarter, small enough that nobody waits for long. */
const BATCH = 24;
/** How many accounts that sent a false proof are remembered, and checked apart. */
const SUSPECTS = 1000;

interface Waiting {
  readonly job: ProofJob;
  readonly settle: (holds: boolean) => void;
  readonly fail: (error: unknown) => void;
  attempts: number;
}
interface Thread {
  readonly worker: Worker;
  batch: { readonly id: number; readonly entries: readonly { account: string; entry: Waiting }[] } | null;
}

/**
 * Batches fill by themselves: what arrives while all threads are busy goes together. A thread that dies takes nothing
 * with it: its batch is checked again, once, by a new one.
 */
@Injectable()
export class ThreadedDealingChecker extends DealingChecker implements OnModuleDestroy {
  private readonly honest = new Turns<Waiting>();
  private readonly suspect = new Turns<Waiting>();
  private readonly suspects = new Set<string>();
  private readonly threads: Thread[] = [];
  private readonly limit = Math.max(1, availableParallelism() - 1);
  private nextId = 0;
  private closed = false;

  check(account: string, job: ProofJob): Promise<boolean> {
    return new Promise((settle, fail) => {
      const queue = this.suspects.has(account) ? this.suspect : this.honest;
      queue.add(account, { job, settle, fail, attempts: 0 });
      this.work();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true;
    await Promise.all(this.threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  private work(): void {
    while (!this.closed && this.honest.size + this.suspect.size > 0) {
      const thread = this.idleThread();
      if (!thread) return;
      // Suspects wait until no honest account does, and go one by one: a false proof costs its sender alone.
      const entries = this.honest.size > 0 ? this.honest.take(BATCH) : this.suspect.take(1);
      thread.batch = { id: this.nextId++, entries };
      const batch: ProofBatch = { id: thread.batch.id, jobs: entries.map(({ entry }) => entry.job) };
      thread.worker.postMessage(batch);
    }
  }

  private idleThread(): Thread | null {
    const idle = this.threads.find(({ batch }) => batch === null);
    if (idle) return idle;
    return this.threads.length < this.limit ? this.startThread() : null;
  }

  private startThread(): Thread {
    const thread: Thread = { worker: startThread(import.meta.url, 'check-dealings.worker'), batch: null };
    // The pool alone keeps no process alive.
    thread.worker.unref();
    thread.worker.on('message', (answer: ProofAnswer) => this.answered(thread, answer));
    thread.worker.on('error', (error) => this.died(thread, error));
    thread.worker.on('exit', () => this.died(thread, new Error('the proof thread ended')));
    this.threads.push(thread);
    return thread;
  }

  private answered(thread: Thread, { invalid }: ProofAnswer): void {
    const entries = thread.batch?.entries ?? [];
    thread.batch = null;
    for (const [position, { account, entry }] of entries.entries()) {
      const holds = !invalid.includes(position);
      if (!holds) this.watch(account);
      entry.settle(holds);
    }
    this.work();
  }

  private died(thread: Thread, error: unknown): void {
    const at = this.threads.indexOf(thread);
    if (at >= 0) this.threads.splice(at, 1);
    const entries = thread.batch?.entries ?? [];
    thread.batch = null;
    for (const { account, entry } of entries) {
      if (this.closed || entry.attempts > 0) entry.fail(error);
      else {
        entry.attempts++;
        this.suspect.add(account, entry);
      }
    }
    this.work();
  }

  private watch(account: string): void {
    if (this.suspects.size >= SUSPECTS) this.suspects.clear();
    this.suspects.add(account);
  }
}
