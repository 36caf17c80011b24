import pg from 'pg';

/**
 * The client of every pool. A connection may break while it is between the pool and its next statement, when neither
 * the pool nor whoever took it listens: the server's last words often come in one packet with its last answer. Without
 * a listener Node would end the process. Who waits for an answer is told by its promise, the next statement fails.
 */
export class PooledClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
