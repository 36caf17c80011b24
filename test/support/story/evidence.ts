import { writeFile } from 'node:fs/promises';
import { rankByLowestEvaluatedPrice } from '#scoring';
import { readTrustFile } from '#trust';
import type { PinnedTrust, VerificationReport } from '#trust';
import { verifyBundleFile } from '#trust/node';
import type { Caller } from './caller.ts';

/** What a client pins, taken while nothing is at stake yet. */
export async function pinTrust(visitor: Caller): Promise<PinnedTrust> {
  return readTrustFile(Buffer.from(await visitor.bytes('GET', '/api/v1/trust')).toString());
}

export async function downloadEvidence(
  caller: Caller,
  lotId: string,
  path: string,
  audience: 'public' | 'auditor' = 'public',
): Promise<string> {
  const bytes = await caller.bytes('GET', `/api/v1/lots/${lotId}/evidence?audience=${audience}`);
  await writeFile(path, bytes);
  return path;
}

export const verifyFile = (path: string, trust: PinnedTrust): Promise<VerificationReport> =>
  verifyBundleFile(path, trust, rankByLowestEvaluatedPrice);

/** Every problem of a report in one line each; empty when its verdict holds. */
export const problemsOf = ({ checks }: VerificationReport): string[] =>
  checks.flatMap(({ id, problems }) =>
    problems.map(
      ({ code, subject, blame, facts }) => `${id} ${code} ${subject} ${blame} ${JSON.stringify(facts)}`,
    ),
  );
