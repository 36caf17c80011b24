import { defineProblems } from '#web';
import type { TransparencyCode } from '../domain/refusals.ts';

defineProblems<TransparencyCode>({
  'TRANSPARENCY.EVIDENCE_UNKNOWN': { status: 404, zh: '没有该标段的证据包', en: 'No evidence for this lot' },
  'TRANSPARENCY.EVIDENCE_PENDING': {
    status: 409,
    zh: '开标记录公布之前不提供证据包',
    en: 'The evidence is given once the opening record is published',
  },
  'TRANSPARENCY.EVIDENCE_RESTRICTED': {
    status: 403,
    zh: '完整证据包仅供行政监督和审计人员',
    en: 'The full evidence is for regulators and auditors',
  },
  'TRANSPARENCY.RECEIPT_UNKNOWN': {
    status: 404,
    zh: '没有该记录的日志回执',
    en: 'No log receipt for this hash, or not a public one',
  },
  'TRANSPARENCY.HASH_MALFORMED': {
    status: 400,
    zh: '哈希值格式不正确',
    en: 'A hash is 43 characters of base64url without padding',
  },
  'TRANSPARENCY.TILE_UNKNOWN': { status: 404, zh: '日志中没有该分片', en: 'The log has no such tile' },
  'TRANSPARENCY.NOT_COSIGNED': {
    status: 404,
    zh: '尚无经足够见证方联署的检查点',
    en: 'No checkpoint was cosigned by so many witnesses yet',
  },
  'TRANSPARENCY.LOG_EMPTY': { status: 404, zh: '日志尚无检查点', en: 'The log has no checkpoint yet' },
});
