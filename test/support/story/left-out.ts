import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { receiptOf } from './bidding.ts';
import type { Acknowledged } from './bidding.ts';
import type { Caller } from './caller.ts';
import type { PlatformHome } from './platform-process.ts';
import type { KeyedLot } from './tender.ts';

/**
 * Somebody with the owner's password who makes CLOSE leave a bid out: its row says another lot until CLOSE is made.
 * The application's own role may not do this. @throws RangeError where there is no such row
 */
export async function moveCommitment(connectionString: string, c: string, lot: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  // A server that is killed says so here too; the query's own error is the one that counts.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const row = Buffer.from(c, 'base64url');
    const { rowCount } = await client.query('UPDATE bidding.commitment SET lot = $2 WHERE c = $1', [
      row,
      lot,
    ]);
    if (rowCount !== 1) throw new RangeError(`${c} has no row`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Of a platform that may be killed at any time: a database that is away is waited for. */
async function moveRow({ dataDir }: PlatformHome, c: string, lot: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const text = await readFile(join(dataDir, 'postgres.json'), 'utf8');
    const { port, passwords } = JSON.parse(text) as { port: number; passwords: { owner: string } };
    const url = `postgres://glasshall_owner:${passwords.owner}@127.0.0.1:${port}/glasshall`;
    try {
      return await moveCommitment(url, c, lot);
    } catch (error) {
      if (error instanceof RangeError || tries > 300) throw error;
      await sleep(100);
    }
  }
}

export const hideBid = (home: PlatformHome, { c }: Acknowledged): Promise<void> =>
  moveRow(home, c, randomUUID());

/** CLOSE has been made without it: the bidder finds that, and adds the bid by the receipts in hand. */
export async function findYourself(
  home: PlatformHome,
  owner: Caller,
  lot: KeyedLot,
  bid: Acknowledged,
): Promise<void> {
  await moveRow(home, bid.c, lot.lotId);
  const receipt = await receiptOf(owner, bid);
  await owner.post(`/lots/${lot.lotId}/opening/find-yourself`, { receipt, commit: bid.pack.commit });
}
