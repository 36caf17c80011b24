import { parentPort } from 'node:worker_threads';
import { bidLabel, checkDealings, commit, commitBody, parseRecord, suiteOf } from '#trust';
import type { DealingClaim, Point } from '#trust';
import type { ProofJob } from '../application/dealing-checker.ts';

export interface ProofBatch {
  readonly id: number;
  readonly jobs: readonly ProofJob[];
}
export interface ProofAnswer {
  readonly id: number;
  /** Positions of the jobs with a dealing that does not hold. */
  readonly invalid: readonly number[];
}

/** A lot's keys are decoded once; a batch multiplies each of them once. */
const keysOfLot = new Map<string, readonly Point[]>();
const MAX_LOTS = 200;

function trusteeKeysOf(job: ProofJob): readonly Point[] {
  const known = keysOfLot.get(job.lotKeyHash);
  if (known) return known;
  if (keysOfLot.size >= MAX_LOTS) keysOfLot.clear();
  const keys = job.trusteeKeys.map((y) => suiteOf(job.suite).group.decodePoint(y));
  keysOfLot.set(job.lotKeyHash, keys);
  return keys;
}

function claimsOf(job: ProofJob): DealingClaim[] {
  const record = parseRecord(commit, job.raw);
  const body = commitBody(record);
  return record.dealings.map((dealing) => ({
    dealing,
    type: 'bid',
    label: bidLabel(record, dealing.stage, dealing.audience),
    body,
    trusteeKeys: trusteeKeysOf(job),
    k: job.k,
  }));
}

function answer({ id, jobs }: ProofBatch): ProofAnswer {
  const owners: number[] = [];
  const claims = jobs.flatMap((job, position) => {
    const own = claimsOf(job);
    owners.push(...own.map(() => position));
    return own;
  });
  const invalid = new Set(checkDealings(claims).map((index) => owners[index] ?? -1));
  return { id, invalid: [...invalid] };
}

parentPort?.on('message', (batch: ProofBatch) => parentPort?.postMessage(answer(batch)));
