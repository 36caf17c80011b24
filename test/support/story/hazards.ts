import { chmod, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { b64u, canonicalBytes, commitBody, encodeScalar, proveDealing, systemRandom } from '#trust';
import { readPackage, readSecrets, rootOfFile, sealedFileOf, seedOf, unlockPackage } from '#trust/node';
import type { PackageFolder } from '#trust/node';
import type { Acknowledged } from './bidding.ts';
import { Refused } from './caller.ts';
import type { Caller } from './caller.ts';
import type { OpeningView } from './opening.ts';
import { unlessRefused } from './tender.ts';
import type { KeyedLot } from './tender.ts';

/**
 * A bidder who seals honestly and commits to other bytes: every proof holds, the opening sheet does not decrypt. The
 * bidder's own fault, to be told apart from the platform's (20号令31).
 */
export async function spoilSheet({ folder, commit }: PackageFolder): Promise<PackageFolder> {
  const file = sealedFileOf(folder, 'E0');
  const bytes = await readFile(file);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const root = b64u.encode((await rootOfFile(file)).root);
  const envelopes = commit.envelopes.map((one) => (one.e === 'E0' ? { ...one, root } : one));
  const { dealings } = unlockPackage(await readPackage(folder), seedOf(await readSecrets(folder)));
  const body = commitBody({ ...commit, envelopes });
  const proven = dealings.map((dealing) => proveDealing(dealing, body, systemRandom));
  await writeFile(join(folder, 'commit.json'), canonicalBytes({ ...commit, envelopes, dealings: proven }));
  return readPackage(folder);
}

/** A COMMIT whose first proof does not hold: kept, refused, and named in CLOSE. Returns the refusal's code. */
export async function sendFalseProof(bidder: Caller, lot: KeyedLot, pack: PackageFolder): Promise<string> {
  const [first, ...rest] = pack.commit.dealings;
  if (!first) throw new Error('a COMMIT without dealings');
  const r = [encodeScalar(12345n), ...first.r.slice(1)];
  const bytes = canonicalBytes({ ...pack.commit, dealings: [{ ...first, r }, ...rest] });
  try {
    await bidder.postBytes(`/lots/${lot.lotId}/bids`, bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

/** Flips one byte of the stored ciphertext of an envelope, as a failing disk would. File store only. */
export async function damageStoredEnvelope(dataDir: string, { pack }: Acknowledged): Promise<void> {
  const sealed = await readFile(sealedFileOf(pack.folder, 'E0'));
  const root = join(dataDir, 'objects');
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, size } = await stat(path);
    if (!entry.isFile() || size !== sealed.length || !sealed.equals(await readFile(path))) continue;
    // Read-only to the platform itself; a disk that fails asks nobody.
    await chmod(path, 0o600);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([(sealed[7000] ?? 0) ^ 0x20]), 0, 1, 7000);
    await file.datasync();
    await file.close();
    return chmod(path, mode);
  }
  throw new Error('the stored envelope was not found');
}

/** The bidder sends the identical bytes again where the hall says that the stored ones are damaged. */
export async function restoreDamaged(
  bidder: Caller,
  lot: KeyedLot,
  view: OpeningView,
  bid: Acknowledged,
): Promise<void> {
  if (view.bids.find(({ c }) => c === bid.c)?.damaged !== 'E0') return;
  const bytes = await readFile(sealedFileOf(bid.pack.folder, 'E0'));
  await bidder.putBytes(`/lots/${lot.lotId}/opening/envelopes/${bid.c}/E0`, bytes).catch(unlessRefused);
}

/** A bidder whose identity is open objects on the spot, and is answered. Each may have been taken already by a platform that then died. */
export async function objectAndAnswer(bidder: Caller, agency: Caller, lot: KeyedLot): Promise<void> {
  const path = `/lots/${lot.lotId}/opening/objections`;
  await bidder.post(`/lots/${lot.lotId}/opening/attendance`, { role: 'bidder' });
  const { n } = await bidder.post<{ n: number }>(path, { text: '唱标内容请复核' });
  for (let at = 1; at <= n; at++)
    await agency.post(`${path}/${at}/answer`, { text: '已复核，无误' }).catch(unlessRefused);
}
