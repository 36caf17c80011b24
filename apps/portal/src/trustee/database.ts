/** A trustee's own records in this browser: one database for each organisation that signs in here. */
const STORES = ['held', 'lots', 'statements'] as const;
type Store = (typeof STORES)[number];

export class TrusteeDatabase {
  private constructor(
    readonly organisation: string,
    private readonly database: IDBDatabase,
  ) {}

  static open(organisation: string): Promise<TrusteeDatabase> {
    return new Promise((resolve, reject) => {
      const asking = indexedDB.open(`glasshall-trustee-${organisation}`, 1);
      asking.onupgradeneeded = () => {
        for (const store of STORES) asking.result.createObjectStore(store);
      };
      asking.onsuccess = () => resolve(new TrusteeDatabase(organisation, asking.result));
      asking.onerror = () => reject(asking.error ?? new Error('IndexedDB'));
    });
  }

  get<T>(store: Store, key: string): Promise<T | null> {
    return this.ask(this.database.transaction(store).objectStore(store).get(key)).then(
      (found) => (found as T | undefined) ?? null,
    );
  }

  keys(store: Store): Promise<string[]> {
    const asking = this.database.transaction(store).objectStore(store).getAllKeys();
    return this.ask(asking).then((keys) => keys.map(String));
  }

  /** Resolves once the browser says that it is on disk (`durability: 'strict'`), as far as a page can know. */
  put(store: Store, key: string, value: unknown): Promise<void> {
    return this.change(store, (objects) => objects.put(value, key));
  }

  delete(store: Store, key: string): Promise<void> {
    return this.change(store, (objects) => objects.delete(key));
  }

  private change(store: Store, work: (objects: IDBObjectStore) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(store, 'readwrite', { durability: 'strict' });
      work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB'));
    });
  }

  private ask<T>(asking: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error ?? new Error('IndexedDB'));
    });
  }
}
