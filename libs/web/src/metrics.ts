import type { NextFunction, Request, Response } from 'express';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/**
 * Coarse on purpose: no route, lot, party or size. A counter of uploads would tell how many bids there are, which
 * nobody may know before the deadline (法22, 20号令21).
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly answered = new Counter({
    name: 'glasshall_http_requests_total',
    help: 'Answered requests by class of status',
    labelNames: ['status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'glasshall_http_request_duration_seconds',
    help: 'Time to the end of the answer',
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    const stop = this.seconds.startTimer();
    response.once('close', () => {
      // A stream lasts as long as somebody watches: that says nothing about how fast anything is answered.
      const type = response.getHeader('Content-Type');
      if (!String(type).startsWith('text/event-stream')) stop();
      this.answered.inc({ status: `${Math.floor(response.statusCode / 100)}xx` });
    });
    next();
  };
}
