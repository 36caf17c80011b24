import { defineProblems } from '#web';
import type { BiddingRefusalCode } from '../domain/refusals.ts';

defineProblems<BiddingRefusalCode>({
  'BIDDING.LOT_UNKNOWN': { status: 404, zh: '没有此标段', en: 'There is no such lot' },
  'BIDDING.BID_UNKNOWN': {
    status: 404,
    zh: '没有此投标，或凭证与之不符',
    en: 'There is no such bid for this token',
  },
  'BIDDING.NOT_OPEN': { status: 409, zh: '该标段不接收投标', en: 'This lot takes no bids' },
  'BIDDING.STILL_OPEN': { status: 409, zh: '投标截止时间未到', en: 'The deadline has not come' },
  'BIDDING.LATE': {
    status: 409,
    zh: '已过投标截止时间，拒收',
    en: 'It came at or after the deadline and was refused',
  },
  'BIDDING.MEDIA_TYPE': {
    status: 415,
    zh: '须以 application/octet-stream 发送',
    en: 'Send it as application/octet-stream',
  },
  'BIDDING.TOO_LARGE': { status: 413, zh: '超过长度上限', en: 'It is longer than allowed' },
  'BIDDING.EMPTY': { status: 400, zh: '没有内容', en: 'Nothing was sent' },
  'BIDDING.MALFORMED': {
    status: 400,
    zh: '不是规范格式的记录',
    en: 'It is not a record in its canonical form',
  },
  'BIDDING.WRONG_SUITE': {
    status: 422,
    zh: '密码套件与该标段不符，请用该标段套件的证书重新加密',
    en: 'It was made in another suite than the lot declares; seal again with a certificate of its suite',
  },
  'BIDDING.WRONG_LOT': { status: 422, zh: '不属于该标段', en: 'It was made for another lot' },
  'BIDDING.WRONG_STRUCTURE': {
    status: 422,
    zh: '结构与该标段的密钥记录不一致',
    en: 'Its parts are not those that the lot’s key record asks for',
  },
  'BIDDING.IMPLAUSIBLE_LENGTH': {
    status: 422,
    zh: '密文长度不可能或超过上限',
    en: 'No sealed envelope has this length, or it is above the limit',
  },
  'BIDDING.DEALING_INVALID': {
    status: 422,
    zh: '密钥分发的证明不成立',
    en: 'A dealing’s proof does not hold',
  },
  'BIDDING.DUPLICATE': {
    status: 409,
    zh: '其中的值已被另一投标使用',
    en: 'It repeats a value of another bid',
  },
  'BIDDING.QUOTA': { status: 429, zh: '超过每小时次数', en: 'More than an account may send in an hour' },
  'BIDDING.PART_UNKNOWN': { status: 404, zh: '该投标没有此部分', en: 'The bid has no such part' },
  'BIDDING.PART_SIZE': {
    status: 422,
    zh: '部分的长度不符',
    en: 'The part has another length than announced',
  },
  'BIDDING.PART_DIFFERS': {
    status: 409,
    zh: '该信封已存妥，内容不同',
    en: 'The envelope is stored already, with other bytes',
  },
  'BIDDING.ROOT_MISMATCH': {
    status: 422,
    zh: '全部内容与承诺的哈希不符，请重新上传该信封',
    en: 'The envelope’s bytes do not give the committed root: send its parts again',
  },
  'BIDDING.BID_ENDED': {
    status: 409,
    zh: '该投标已被替换或撤回',
    en: 'The bid was replaced or withdrawn already',
  },
  'BIDDING.SIGNATURE_INVALID': {
    status: 403,
    zh: '签名与该投标的密钥不符',
    en: 'The signature does not hold under the bid’s key',
  },
  'BIDDING.SEQUENCE': { status: 409, zh: '序号须递增', en: 'The sequence must increase' },
  'BIDDING.REPLACEMENT_UNKNOWN': {
    status: 422,
    zh: '没有可替换的新投标',
    en: 'There is no such new bid in this lot',
  },
  'BIDDING.REPLACEMENT_NOT_STORED': {
    status: 409,
    zh: '新投标尚未全部上传',
    en: 'Not every byte of the new bid has arrived yet',
  },
  'BIDDING.REPLACEMENT_ENDED': {
    status: 409,
    zh: '新投标已被替换或撤回',
    en: 'The new bid was replaced or withdrawn itself',
  },
});
