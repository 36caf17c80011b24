/**
 * `#jobs`: work outside of requests. `constructor(private readonly background: BackgroundWork) {}` and in onModuleInit:
 *
 *   this.background.registerTick({ name: 'opening.close-due-lots', intervalMs: 1000, run: () => this.closeDueLots.run() });
 *   this.background.subscribe('tendering.lot-published', 'bidding.on-lot-published', async (event, tx) => { ... });
 *   this.background.registerJob('tendering.render-notice', async (data) => { ... });
 */
export * from './background-work.ts';
export * from './jobs.module.ts';
export * from './jobs-schema.ts';
export * from './pg-boss-background-work.ts';
export * from './work-state.ts';
