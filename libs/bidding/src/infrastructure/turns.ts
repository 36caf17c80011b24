/**
 * A queue in which accounts take turns: each round takes the oldest entry of every account that waits. Whoever sends
 * a thousand waits for himself.
 */
export class Turns<T> {
  private readonly waiting = new Map<string, T[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(account: string, entry: T): void {
    const own = this.waiting.get(account);
    if (own) own.push(entry);
    else this.waiting.set(account, [entry]);
    this.count++;
  }

  /** At most `limit` entries; an account that was served goes to the back. */
  take(limit: number): { account: string; entry: T }[] {
    const taken: { account: string; entry: T }[] = [];
    while (taken.length < limit && this.count > 0) {
      const [next] = this.waiting;
      if (!next) break;
      const [account, own] = next;
      this.waiting.delete(account);
      const entry = own.shift();
      if (entry === undefined) continue;
      if (own.length > 0) this.waiting.set(account, own);
      this.count--;
      taken.push({ account, entry });
    }
    return taken;
  }
}
