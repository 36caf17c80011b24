import type { UnitOfWork } from '#persistence';

/** `behind`: something due waits for more than a minute. `failing`: it was tried and did not succeed. */
export type WorkCondition = 'ok' | 'behind' | 'failing';

export interface WorkState {
  readonly queues: readonly { readonly name: string; readonly state: WorkCondition }[];
  /** News between contexts: the feed as a whole, and the handlers that fail. */
  readonly news: WorkCondition;
  readonly failing: readonly string[];
}

/**
 * How background work does, in words and without counts: no number here can be read as how much came in. (Bids send no
 * news before their deadline at all.)
 */
export class LookAtWork {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  run(): Promise<WorkState> {
    return this.unitOfWork.run(
      async (tx) => {
        const queues = await tx.query<{ name: string; state: WorkCondition }>(QUEUES);
        const failing = await tx.query<{ handler: string }>(
          'SELECT DISTINCT handler FROM glasshall.outbox_failure ORDER BY handler LIMIT 100',
        );
        const [feed] = await tx.query<{ behind: boolean }>(
          `SELECT EXISTS (SELECT FROM glasshall.outbox
             WHERE seq IS NULL AND published_at < clock_timestamp() - interval '1 minute') AS behind`,
        );
        const news = failing.length > 0 ? 'failing' : feed?.behind ? 'behind' : 'ok';
        return { queues, news, failing: failing.map(({ handler }) => handler) };
      },
      { readOnly: true },
    );
  }
}

/** pg-boss's own tables; its internal queues are left out. */
const QUEUES = `
  SELECT q.name, CASE
    WHEN EXISTS (SELECT FROM jobs.job j WHERE j.name = q.name AND j.state = 'failed'
                   AND j.completed_on > clock_timestamp() - interval '1 day') THEN 'failing'
    WHEN EXISTS (SELECT FROM jobs.job j WHERE j.name = q.name AND j.state IN ('created', 'retry')
                   AND j.start_after < clock_timestamp() - interval '1 minute') THEN 'behind'
    ELSE 'ok' END AS state
  FROM jobs.queue q WHERE q.name NOT LIKE '\\_\\_%' ORDER BY q.name LIMIT 100`;
