import { defineProblems } from '#web';
import type { ReviewRefusal } from '../domain/evaluation-review.ts';

defineProblems<ReviewRefusal>({
  'EVALUATION.ALREADY_REPORTED': {
    status: 409,
    zh: '评标报告已签署，不能再修改',
    en: 'The report is signed and final',
  },
  'EVALUATION.UNKNOWN_BID': { status: 404, zh: '没有这份已开启的投标', en: 'No such opened bid' },
  'EVALUATION.NOT_STARTED': { status: 404, zh: '没有可查看的评标', en: 'No such evaluation' },
  'EVALUATION.REPORT_DIFFERS': {
    status: 409,
    zh: '报告与评审决定不一致，请重新生成后签署',
    en: 'The report does not match the decisions: draft it again and sign that',
  },
  'EVALUATION.REPORT_STALE': {
    status: 409,
    zh: '报告草稿已过期，请重新生成后签署',
    en: 'The draft is too old: draft it again and sign that',
  },
  'EVALUATION.NOT_AGENCY': {
    status: 403,
    zh: '只有本标段的招标代理机构可以签署',
    en: 'Only the agency of this lot may sign',
  },
  'EVALUATION.BAD_SIGNATURE': {
    status: 422,
    zh: '签名无效，或不是本次登录所用证书的签名',
    en: 'The signature does not hold, or is not by the certificate of this session',
  },
  'EVALUATION.CONFLICT': {
    status: 409,
    zh: '他人刚刚作了修改，请刷新后重试',
    en: 'Somebody else was faster: load again and repeat',
  },
});
