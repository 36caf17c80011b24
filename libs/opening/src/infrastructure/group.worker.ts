import { parentPort } from 'node:worker_threads';
import { combineShares, keyOfSecretPoint, shareClaims, verifyShares } from '#trust';
import type { GroupAnswer, GroupRequest } from './threaded-group-work.ts';

function work(request: GroupRequest): GroupAnswer {
  const { id, job } = request;
  try {
    if (job.kind === 'verify') {
      return { id, falseShares: verifyShares(shareClaims(job.record, job.targets, job.lotKey)) };
    }
    return {
      id,
      keys: job.jobs.map(({ label, suite, shares }) =>
        keyOfSecretPoint(combineShares(shares, job.k, suite), label),
      ),
    };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : 'unknown' };
  }
}

parentPort?.on('message', (request: GroupRequest) => parentPort?.postMessage(work(request)));
