/** Sealing one bid from disk to disk, against the same passes bare on one thread. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '#trust';
import { sealPackage } from '#trust/node';
import { makeLot, sheetOf } from '../support/lot-fixture.ts';
import { compare, makeFile, megabytes, peakMemory, round2, withFolder } from './bulk.ts';
import type { Emit } from './main.ts';

/** SHA-256 of the file, AES-256-GCM, SHA-256 of the ciphertext. */
function baseline(path: string): void {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1024 * 1024);
  const cipher = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12));
  const plain = createHash('sha256');
  const sealed = createHash('sha256');
  for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) {
    plain.update(buffer.subarray(0, n));
    sealed.update(cipher.update(buffer.subarray(0, n)));
  }
  cipher.final();
  closeSync(file);
  plain.digest();
  sealed.digest();
}

export async function run(emit: Emit): Promise<void> {
  await withFolder(async (folder) => {
    const lot = await makeLot();
    const signer = await lot.bidder(1);
    const input = join(folder, 'bid.bin');
    makeFile(input, megabytes);
    const packageOf = (round: number): string => join(folder, `package-${String(round)}`);
    const seal = async (round: number): Promise<void> => {
      const outDir = packageOf(round);
      await sealPackage({
        lotKey: lot.lotKey,
        documents: lot.documents,
        envelopes: {
          E0: [{ path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheetOf(signer)) } }],
          E1: [{ path: 'bid.bin', from: { file: input } }],
        },
        signer,
        supersedes: null,
        outDir,
      });
    };
    const cleanUp = (round: number): void => {
      rmSync(packageOf(round), { recursive: true });
    };
    const memory = await peakMemory(() => seal(-1));
    cleanUp(-1);
    emit({
      name: `seal.${String(megabytes)}MB.memory`,
      value: round2(memory),
      unit: 'MB above idle',
      baseline: null,
      ratio: null,
    });
    const times = await compare(
      seal,
      () => {
        baseline(input);
      },
      cleanUp,
    );
    emit({
      name: `seal.${String(megabytes)}MB`,
      value: round2(megabytes / times.value),
      unit: 'MB/s',
      baseline: round2(megabytes / times.baseline),
      ratio: round2(times.baseline / times.value),
    });
  });
}
