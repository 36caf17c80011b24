import type { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { LotKey, ShareTarget, Shares } from '#trust';
import { startThread } from '#trust/node';
import { GroupWork } from '../application/group-work.ts';
import type { CombineJob } from '../application/group-work.ts';

type Job =
  | {
      readonly kind: 'verify';
      readonly record: Shares;
      readonly targets: readonly ShareTarget[];
      readonly lotKey: LotKey;
    }
  | { readonly kind: 'combine'; readonly jobs: readonly CombineJob[]; readonly k: number };

export interface GroupRequest {
  readonly id: number;
  readonly job: Job;
}

export interface GroupAnswer {
  readonly id: number;
  readonly falseShares?: readonly number[];
  readonly keys?: readonly Uint8Array[];
  readonly error?: string;
}

interface Waiting {
  resolve(answer: GroupAnswer): void;
  reject(error: Error): void;
}

/** One thread, started when it is first needed; a thread that died is replaced at the next call. */
@Injectable()
export class ThreadedGroupWork extends GroupWork implements OnModuleDestroy {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  async falseShares(
    record: Shares,
    targets: readonly ShareTarget[],
    lotKey: LotKey,
  ): Promise<readonly number[]> {
    if (targets.length === 0) return [];
    const answer = await this.ask({ kind: 'verify', record, targets, lotKey });
    return answer.falseShares ?? record.shares.map((_, at) => at);
  }

  async combine(jobs: readonly CombineJob[], k: number): Promise<readonly Uint8Array[]> {
    if (jobs.length === 0) return [];
    return (await this.ask({ kind: 'combine', jobs, k })).keys ?? [];
  }

  async onModuleDestroy(): Promise<void> {
    await this.worker?.terminate();
  }

  private ask(job: Job): Promise<GroupAnswer> {
    const worker = this.worker ?? this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, job } satisfies GroupRequest);
    });
  }

  private start(): Worker {
    const worker = startThread(import.meta.url, 'group.worker');
    // The thread alone keeps no process alive.
    worker.unref();
    worker.on('message', (answer: GroupAnswer) => this.settle(answer));
    worker.on('error', (error: Error) => this.fail(worker, error));
    worker.on('exit', () => this.fail(worker, new Error('the group thread ended')));
    this.worker = worker;
    return worker;
  }

  private settle(answer: GroupAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(answer.error));
  }

  private fail(worker: Worker, error: Error): void {
    if (this.worker === worker) this.worker = null;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
