/** `#tendering`: projects, lots, documents, notices, lot keys, deadlines. The module is global; inject `Tendering`. */
export { lotDiagram } from './domain/lot-states.ts';
export { LOT_STAGES, PROJECT_KINDS, PROJECT_LEVELS } from './domain/lot.ts';
export type { LotStage } from './domain/lot.ts';
export { LotBoard, TenderDesk, Tendering } from './tendering.facade.ts';
export type { BoardLot, BoardPage, DeskLot, DeskQuery, IntakeFacts, LotView } from './tendering.facade.ts';
export { TenderingModule } from './tendering.module.ts';
export { tenderingSchema } from './tendering.schema.ts';
