import type { CommandSpec } from './command.ts';
import { certVerify } from './commands/cert-verify.ts';
import { drawClose, drawDeal, drawPool } from './commands/draw-contribute.ts';
import { drawNames, drawOpen, drawReady, drawReplace, drawResult } from './commands/draw-open.ts';
import { drawAccept, drawMerge, drawPlanCommand } from './commands/draw-prepare.ts';
import { drawVerify } from './commands/draw-verify.ts';
import { lot } from './commands/lot.ts';
import { receiptVerify } from './commands/receipt-verify.ts';
import { seal } from './commands/seal.ts';
import { selfTest } from './commands/self-test.ts';
import { submit, withdraw } from './commands/submit.ts';
import { trusteeAccept, trusteeOpen, trusteeServe } from './commands/trustee.ts';
import { trusteeExport, trusteeImport } from './commands/trustee-keys.ts';
import { verify } from './commands/verify.ts';

/** In the order of a tender's life. */
export const commands: readonly CommandSpec[] = [
  lot,
  seal,
  selfTest,
  submit,
  withdraw,
  receiptVerify,
  trusteeAccept,
  trusteeOpen,
  trusteeServe,
  trusteeExport,
  trusteeImport,
  verify,
  drawPlanCommand,
  drawAccept,
  drawDeal,
  drawClose,
  drawPool,
  drawReady,
  drawOpen,
  drawResult,
  drawReplace,
  drawNames,
  drawMerge,
  drawVerify,
  certVerify,
];
