import { Keystore, KeystoreCipher, openCopy, takeCopied, writeCopy } from '#client';
import type { LotSecret, Taken } from '#client';
import type { TrusteeDatabase } from './database.ts';

const HEADER = 'keystore';

interface Statement {
  readonly bytes: Uint8Array;
  readonly filed: boolean;
}

/**
 * Lot keys in this browser's database, each sealed under the trustee's own passphrase, in the form of `glasshall
 * trustee`. The passphrase's key lives as long as the page.
 */
export class BrowserKeystore extends Keystore {
  private constructor(
    private readonly database: TrusteeDatabase,
    private readonly cipher: KeystoreCipher,
  ) {
    super();
  }

  static async exists(database: TrusteeDatabase): Promise<boolean> {
    return (await database.get<Uint8Array>('held', HEADER)) !== null;
  }

  /**
   * Opens the keystore, or makes a new one where there is none; in one tab after the other, because two headers made
   * at once would leave one tab's keys under a header that is gone. @throws ClientFailure KEYSTORE.PASSPHRASE
   */
  static open(database: TrusteeDatabase, passphrase: string): Promise<BrowserKeystore> {
    const name = `glasshall-keystore-${database.organisation}`;
    const open = () => BrowserKeystore.openAlone(database, passphrase);
    return navigator.locks.request(name, open) as Promise<BrowserKeystore>;
  }

  private static async openAlone(database: TrusteeDatabase, passphrase: string): Promise<BrowserKeystore> {
    const header = await database.get<Uint8Array>('held', HEADER);
    if (header) return new BrowserKeystore(database, await KeystoreCipher.open(header, passphrase));
    const cipher = await KeystoreCipher.create(passphrase);
    await database.put('held', HEADER, cipher.header);
    return new BrowserKeystore(database, cipher);
  }

  lots(): Promise<string[]> {
    return this.database.keys('lots');
  }

  async load(lot: string): Promise<LotSecret | null> {
    const entry = await this.database.get<Uint8Array>('lots', lot);
    return entry && this.cipher.unseal(lot, entry);
  }

  async save(secret: LotSecret): Promise<void> {
    await this.database.put('lots', secret.lot, await this.cipher.seal(secret));
  }

  /** What a browser keeps of deleted entries is out of a page's reach; they are sealed under the passphrase. */
  destroy(lot: string): Promise<void> {
    return this.database.delete('lots', lot);
  }

  keepStatement(lot: string, bytes: Uint8Array): Promise<void> {
    return this.database.put('statements', lot, { bytes, filed: false } satisfies Statement);
  }

  async statement(lot: string): Promise<Uint8Array | null> {
    return (await this.database.get<Statement>('statements', lot))?.bytes ?? null;
  }

  async statementFiled(lot: string): Promise<void> {
    const kept = await this.database.get<Statement>('statements', lot);
    if (kept) await this.database.put('statements', lot, { ...kept, filed: true } satisfies Statement);
  }

  /** All of it in one file, every key as sealed as it lies here. */
  async copy(): Promise<Uint8Array> {
    const entries = [];
    for (const lot of await this.lots()) {
      const entry = await this.database.get<Uint8Array>('lots', lot);
      if (entry) entries.push(entry);
    }
    return writeCopy(this.cipher.header, entries);
  }

  /** Takes the keys of a copy that are this organisation's own. @throws ClientFailure */
  async take(bytes: Uint8Array, passphrase: string): Promise<Taken> {
    return takeCopied(this, await openCopy(bytes, passphrase), this.database.organisation);
  }
}
