import { defineProblems } from '#web';
import type { AwardRefusal } from '../domain/award-procedure.ts';

defineProblems<AwardRefusal>({
  'AWARD.WRONG_STATE': { status: 409, zh: '当前状态不能进行该操作', en: 'Not possible in this state' },
  'AWARD.PUBLICITY_TOO_SHORT': {
    status: 422,
    zh: '公示期不得少于3日（条例54）',
    en: 'Candidates are public for at least three days',
  },
  'AWARD.PUBLICITY_IN_PAST': {
    status: 422,
    zh: '公示开始时间已过，请重新生成后签署',
    en: 'The publicity would begin in the past: draft it again and sign that',
  },
  'AWARD.PUBLICITY_RUNNING': {
    status: 409,
    zh: '公示期未结束，不能定标（条例54）',
    en: 'Not before the publicity has ended',
  },
  'AWARD.NOT_FIRST_RANK': {
    status: 422,
    zh: '应当确定排名第一的中标候选人为中标人（条例55）',
    en: 'The first-ranked candidate is the winner',
  },
  'AWARD.RECORD_DIFFERS': {
    status: 409,
    zh: '记录与平台数据不一致，请重新生成后签署',
    en: 'The record does not match: draft it again and sign that',
  },
  'AWARD.RECORD_STALE': {
    status: 409,
    zh: '草稿时间无效，请重新生成后签署',
    en: 'The draft is too old, or of the future: draft it again and sign that',
  },
  'AWARD.NO_RESULT': { status: 404, zh: '没有可查看的结果', en: 'No result here' },
  'AWARD.CONFLICT': {
    status: 409,
    zh: '他人刚刚作了修改，请刷新后重试',
    en: 'Somebody else was faster: load again and repeat',
  },
});
