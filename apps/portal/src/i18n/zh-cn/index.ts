import { agency } from './agency.ts';
import { bidder } from './bidder.ts';
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

/** 简体中文：先写这一份，英文与它逐个文件、逐条对应。 */
export const zhCn = {
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
