import { forgetDraft } from '../ui/draft.ts';

/** Its key in the drafts of an organisation. It outlives sealing: one that fails, or is stopped, is begun again. */
export const bidDraftOf = (lot: string): string => `bid:${lot}`;

/** The price in it is secret until the opening: it goes once the bid was submitted or given up, or comes too late. */
export const forgetBidDraft = (organisation: string, lot: string): void =>
  forgetDraft(organisation, bidDraftOf(lot));
