import { openingError } from './refusal.ts';
import type { HallSettings } from './hall-settings.ts';

/** Counts who watches, so that no crowd and no single address can take all of a process's connections. */
export class HallAdmission {
  private total = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly limits: Pick<HallSettings, 'viewers' | 'viewersPerAddress'>) {}

  /**
   * Takes a place; what is returned gives it back, and is called once.
   * @throws RefusalError OPENING.HALL_FULL, OPENING.HALL_ADDRESS_FULL
   */
  enter(address: string): () => void {
    const { viewers, viewersPerAddress } = this.limits;
    const here = this.byAddress.get(address) ?? 0;
    if (this.total >= viewers) throw openingError('OPENING.HALL_FULL', { limit: viewers });
    if (here >= viewersPerAddress) {
      throw openingError('OPENING.HALL_ADDRESS_FULL', { limit: viewersPerAddress });
    }
    this.total += 1;
    this.byAddress.set(address, here + 1);
    return () => {
      this.total -= 1;
      const left = (this.byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.byAddress.delete(address);
      else this.byAddress.set(address, left);
    };
  }
}
