import { formatInstant } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';

/** The database's clock as transactions read it, moved by the test; null: the real one. */
export class TestClock {
  at: Instant | null = null;
}

export class ClockedUnitOfWork extends UnitOfWork {
  constructor(
    private readonly inner: UnitOfWork,
    private readonly clock: TestClock,
  ) {
    super();
  }
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inner.run((tx) =>
      work(
        new Proxy(tx, {
          get: (target, name) => {
            const { at } = this.clock;
            if (name === 'now' && at !== null) return () => Promise.resolve(at);
            // The statements that judge by themselves read the moved clock too.
            if (name === 'execute' && at !== null) {
              return (sql: string, values?: readonly unknown[]) => target.execute(clocked(sql, at), values);
            }
            if (name === 'query' && at !== null) {
              return (sql: string, values?: readonly unknown[]) => target.query(clocked(sql, at), values);
            }
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
      ),
    );
  }
}

const JUDGES = /INSERT INTO opening\.(addition|attendance)/;
const clocked = (sql: string, at: Instant): string =>
  JUDGES.test(sql) ? sql.replace('clock_timestamp()', `'${formatInstant(at)}'::timestamptz`) : sql;
