/** `#tendering`: projects, lots, documents, notices, lot keys, deadlines. The module is global; inject `Tendering`. */
export { lotDiagram } from './domain/lot-states.ts';
export { Tendering } from './tendering.facade.ts';
export type { IntakeFacts, LotView } from './tendering.facade.ts';
export { TenderingModule } from './tendering.module.ts';
export { tenderingSchema } from './tendering.schema.ts';
