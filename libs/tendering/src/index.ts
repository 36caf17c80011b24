/** `#tendering`: projects, lots, documents, notices, lot keys, deadlines. The module is global; inject `Tendering`. */
export { lotDiagram } from './domain/lot-states.ts';
export { TenderDesk, Tendering } from './tendering.facade.ts';
export type { DeskLot, DeskQuery, IntakeFacts, LotView } from './tendering.facade.ts';
export { TenderingModule } from './tendering.module.ts';
export { tenderingSchema } from './tendering.schema.ts';
