import type { ContextSchema } from '#persistence';
import { CreateBidding1700000300001 } from '../../migrations/1700000300001-create-bidding.ts';
import { EndUploads1700000300002 } from '../../migrations/1700000300002-end-uploads.ts';

/** Plain SQL throughout: the statements that decide are functions of the database, so there are no entities. */
export const biddingSchema: ContextSchema = {
  name: 'bidding',
  entities: [],
  migrations: [CreateBidding1700000300001, EndUploads1700000300002],
};
