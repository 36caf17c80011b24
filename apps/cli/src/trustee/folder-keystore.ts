import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Keystore, KeystoreCipher, writeCopy } from '#client';
import type { Argon2Cost, LotSecret } from '#client';
import { canonicalBytes, drawSeat, parseRecord, uuid } from '#trust';
import type { DrawSeat } from '#trust';
import { CommandFailure } from '../failure.ts';
import { replaceFile } from '../files.ts';

/**
 * A folder of lot keys. One fresh key pair per lot, written durably before it is offered, and destroyed when the lot
 * is over.
 */
export class FolderKeystore extends Keystore {
  private constructor(
    readonly folder: string,
    private readonly cipher: KeystoreCipher,
  ) {
    super();
  }

  /** Opens the keystore, or makes a new one in an empty place. Throws KEYSTORE.PASSPHRASE. */
  static async open(folder: string, passphrase: string, newCost?: Argon2Cost): Promise<FolderKeystore> {
    await mkdir(join(folder, 'lots'), { recursive: true, mode: 0o700 });
    const path = join(folder, 'keystore.json');
    if (await stat(path).catch(() => null)) {
      const header = new Uint8Array(await readFile(path));
      return new FolderKeystore(folder, await KeystoreCipher.open(header, passphrase));
    }
    const cipher = await KeystoreCipher.create(passphrase, newCost);
    await replaceFile(path, cipher.header);
    return new FolderKeystore(folder, cipher);
  }

  async lots(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'lots'));
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  }

  /** All of it in one file, every key as sealed as it lies here. */
  async copy(): Promise<Uint8Array> {
    const entries = [];
    for (const lot of await this.lots()) entries.push(new Uint8Array(await readFile(this.pathOf(lot))));
    return writeCopy(this.cipher.header, entries);
  }

  async load(lot: string): Promise<LotSecret | null> {
    const bytes = await readFile(this.pathOf(lot)).catch((error: NodeJS.ErrnoException) => {
      // Only what was never there may be made anew: a key that cannot be read at the moment must not be replaced.
      if (error.code === 'ENOENT') return null;
      throw new CommandFailure('KEYSTORE.DAMAGED', { lot, cause: error.code ?? '' });
    });
    return bytes && this.cipher.unseal(lot, new Uint8Array(bytes));
  }

  async save(secret: LotSecret): Promise<void> {
    await replaceFile(this.pathOf(secret.lot), await this.cipher.seal(secret));
  }

  /** Writes over the file and removes it. What a disk keeps of old blocks is out of a program's reach. */
  async destroy(lot: string): Promise<void> {
    const path = this.pathOf(lot);
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    try {
      await file.write(randomBytes(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await unlink(path);
  }

  /** Seats in draws, whatever became of their plans. */
  async drawSeats(): Promise<DrawSeat[]> {
    const names = await readdir(join(this.folder, 'draws')).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const seats = names.filter((name) => name.endsWith('.seat'));
    return Promise.all(
      seats.map(async (name) => {
        const sealed = new Uint8Array(await readFile(join(this.folder, 'draws', name)));
        const plain = await this.cipher.unsealNamed(`draw/${name.slice(0, -'.seat'.length)}`, sealed);
        return parseRecord(drawSeat, plain);
      }),
    );
  }

  /** Durable when it returns: what is bound here is bound before a signature or a share leaves. */
  async saveDrawSeat(seat: DrawSeat): Promise<void> {
    const folder = join(this.folder, 'draws');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const sealed = await this.cipher.sealNamed(`draw/${seat.terms}`, canonicalBytes(seat));
    await replaceFile(join(folder, `${seat.terms}.seat`), sealed);
  }

  keepStatement(lot: string, bytes: Uint8Array): Promise<void> {
    return replaceFile(this.pendingPathOf(lot), bytes);
  }

  async statement(lot: string): Promise<Uint8Array | null> {
    return (await readIfThere(this.pendingPathOf(lot))) ?? (await readIfThere(this.recordPathOf(lot)));
  }

  async statementFiled(lot: string): Promise<void> {
    await rename(this.pendingPathOf(lot), this.recordPathOf(lot)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  /** Where the signed record of a destruction is kept. */
  private recordPathOf(lot: string): string {
    this.pathOf(lot);
    return join(this.folder, `destroyed-${lot}.json`);
  }

  private pendingPathOf(lot: string): string {
    return `${this.recordPathOf(lot)}.pending`;
  }

  private pathOf(lot: string): string {
    if (!uuid.safeParse(lot).success) throw new CommandFailure('KEYSTORE.LOT', { lot: lot.slice(0, 60) });
    return join(this.folder, 'lots', `${lot}.json`);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
