import { bidder } from './bidder.ts';
import type { Same } from '../same.ts';
import type { zhCn } from '../zh-cn/index.ts';
import { agency } from './agency.ts';
import { frame } from './frame.ts';
import { hall } from './hall.ts';
import { guide } from './guide.ts';
import { lists } from './lists.ts';
import { log } from './log.ts';
import { lot } from './lot.ts';
import { offices } from './offices.ts';
import { opening } from './opening.ts';
import { result } from './result.ts';
import { session } from './session.ts';
import { trustee } from './trustee.ts';
import { verify } from './verify.ts';

/** Every sentence of `zh-cn`, one by one and file by file: the compiler and a test hold the two together. */
export const en: Same<typeof zhCn> = {
  ...bidder,
  ...frame,
  ...hall,
  ...lists,
  ...lot,
  ...opening,
  ...result,
  ...log,
  ...verify,
  ...session,
  ...trustee,
  ...offices,
  ...agency,
  ...guide,
};
