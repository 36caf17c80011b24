import { Keystore } from '#client';
import type { LotSecret } from '#client';
import { b64u } from '#trust';

/**
 * Of the guided visit only: a demonstration's lot keys, readable by whoever looks (localStorage), so that a reload does
 * not end the visit. A trustee's own keys lie under a passphrase (pages/trustee, `glasshall trustee`).
 */
export class OpenKeystore extends Keystore {
  constructor(private readonly owner: string) {
    super();
  }

  load(lot: string): Promise<LotSecret | null> {
    const kept = localStorage.getItem(this.nameOf(lot, 'key'));
    return Promise.resolve(kept === null ? null : (JSON.parse(kept) as LotSecret));
  }

  save(secret: LotSecret): Promise<void> {
    localStorage.setItem(this.nameOf(secret.lot, 'key'), JSON.stringify(secret));
    return Promise.resolve();
  }

  destroy(lot: string): Promise<void> {
    localStorage.removeItem(this.nameOf(lot, 'key'));
    return Promise.resolve();
  }

  keepStatement(lot: string, bytes: Uint8Array): Promise<void> {
    localStorage.setItem(this.nameOf(lot, 'statement'), b64u.encode(bytes));
    return Promise.resolve();
  }

  statement(lot: string): Promise<Uint8Array | null> {
    const kept = localStorage.getItem(this.nameOf(lot, 'statement'));
    return Promise.resolve(kept === null ? null : b64u.decode(kept));
  }

  statementFiled(): Promise<void> {
    return Promise.resolve();
  }

  private nameOf(lot: string, what: string): string {
    return `glasshall:guide:${what}:${this.owner}:${lot}`;
  }
}
