import { defineProblems } from '#web';
import type { OpeningRefusalCode } from '../domain/refusals.ts';

defineProblems<OpeningRefusalCode>({
  'OPENING.LOT_UNKNOWN': {
    status: 404,
    zh: '标段不存在或尚未生成密钥',
    en: 'No such lot, or its key is not complete',
  },
  'OPENING.STATE': {
    status: 409,
    zh: '开标当前阶段不允许此操作',
    en: 'The opening does not take this at its present stage',
  },
  'OPENING.NOT_DUE': { status: 409, zh: '未到开标时间', en: 'The deadline and its margin have not passed' },
  'OPENING.WINDOW_OPEN': {
    status: 409,
    zh: '核对窗口尚未结束，不得解密',
    en: 'The find-yourself window is still open: nothing may be released',
  },
  'OPENING.WINDOW_OVER': { status: 409, zh: '核对窗口已结束', en: 'The find-yourself window is over' },
  'OPENING.RECEIPT_INVALID': { status: 422, zh: '回执无效', en: 'The receipt does not hold' },
  'OPENING.RECEIPT_OTHER_LOT': {
    status: 422,
    zh: '回执属于其他标段',
    en: 'The receipt belongs to another lot',
  },
  'OPENING.RECEIPT_LATE': {
    status: 409,
    zh: '回执所载时间不早于截止时间',
    en: 'The receipt is for a bid that was not in time',
  },
  'OPENING.RECEIPT_NOT_STORED': {
    status: 409,
    zh: '投标文件未在截止前传输完成',
    en: 'The receipt does not show that the whole bid had arrived',
  },
  'OPENING.BID_MOVED': {
    status: 409,
    zh: '该投标已被替换或撤回',
    en: 'The bid was replaced or withdrawn by its own key',
  },
  'OPENING.BID_LISTED': { status: 409, zh: '该投标已在名单中', en: 'CLOSE lists this bid already' },
  'OPENING.BID_UNKNOWN': { status: 404, zh: '没有该投标', en: 'No such bid in this opening' },
  'OPENING.NOT_CLOSED': { status: 409, zh: '尚未截止封存', en: 'The lot has not been closed yet' },
  'OPENING.MALFORMED': { status: 400, zh: '记录格式错误', en: 'The record is malformed' },
  'OPENING.NOT_YOUR_SEAT': {
    status: 403,
    zh: '该密钥席位不属于贵单位',
    en: 'Another organisation holds this seat',
  },
  'OPENING.STAGE_NOT_OPEN': { status: 409, zh: '该阶段未开放', en: 'This stage is not open' },
  'OPENING.SHARES_OTHER_SET': {
    status: 422,
    zh: '分片与本次开标的名单不符',
    en: 'The shares are not for exactly these bids, this CLOSE and its additions',
  },
  'OPENING.SHARES_SIGNATURE': {
    status: 422,
    zh: '分片签名无效',
    en: 'The shares are not signed by the seat’s certificate',
  },
  'OPENING.SHARES_WRONG': {
    status: 422,
    zh: '分片错误，已记录责任方',
    en: 'A share is wrong; it is kept and attributed to its seat',
  },
  'OPENING.SHARES_DIFFER': {
    status: 409,
    zh: '该席位已提交不同的分片',
    en: 'The seat has already sent other shares for this stage',
  },
  'OPENING.BOX_UNREADABLE': {
    status: 422,
    zh: '加密分片无法读取，已记录责任方',
    en: 'The sealed shares cannot be read; they are kept and attributed to their seat',
  },
  'OPENING.SECRET_WRONG': {
    status: 422,
    zh: '口令与承诺不符',
    en: 'This is not the secret that the commitment holds',
  },
  'OPENING.IDENTITIES_PENDING': {
    status: 409,
    zh: '投标人身份尚未全部解密',
    en: 'Some identities are still sealed',
  },
  'OPENING.CONTENTS_PENDING': { status: 409, zh: '投标内容尚未全部解密', en: 'Some bids are still sealed' },
  'OPENING.TOO_FEW_BIDDERS': {
    status: 409,
    zh: '投标人少于三个，不得开标',
    en: 'Fewer than three bidders: nothing is opened',
  },
  'OPENING.ENOUGH_BIDDERS': { status: 409, zh: '投标人不少于三个', en: 'There are enough bidders' },
  'OPENING.NOT_DAMAGED': {
    status: 409,
    zh: '该文件没有损坏',
    en: 'The stored bytes of this envelope are not damaged',
  },
  'OPENING.BYTES_DIFFER': {
    status: 422,
    zh: '重传内容与承诺不一致',
    en: 'These are not the identical bytes',
  },
  'OPENING.ENVELOPE_UNKNOWN': { status: 404, zh: '没有该信封', en: 'No such envelope' },
  'OPENING.ENVELOPE_RESTRICTED': { status: 403, zh: '该信封不公开', en: 'This envelope is not public' },
  'OPENING.OBJECTION_UNKNOWN': { status: 404, zh: '没有该异议', en: 'No such objection' },
  'OPENING.OBJECTION_ANSWERED': { status: 409, zh: '该异议已答复', en: 'The objection has been answered' },
  'OPENING.OBJECTION_UNANSWERED': {
    status: 409,
    zh: '尚有异议未答复',
    en: 'An objection has not been answered yet',
  },
  'OPENING.OBJECTION_QUOTA': { status: 429, zh: '异议次数已达上限', en: 'Too many objections' },
  'OPENING.NOT_SIGNED_IN': {
    status: 409,
    zh: '异议应在开标现场提出：请先在开标大厅签到，再提出异议',
    en: 'Objections are made at the opening: sign in to the hall first, then object',
  },
  'OPENING.NOT_A_BIDDER': {
    status: 403,
    zh: '只有本标段的投标人可以对开标提出异议；身份尚未开启或未通过核验的，请出示本单位投标的回执',
    en: 'Only a bidder of this lot objects to its opening; while your identity is not opened, or does not hold, show the receipt of your bid',
  },
  'OPENING.HALL_FULL': {
    status: 429,
    zh: '开标大厅观看人数已满，页面将改为定时刷新',
    en: 'The live hall is full; the feed can still be read by asking for it',
  },
  'OPENING.HALL_ADDRESS_FULL': {
    status: 429,
    zh: '同一网络地址的观看人数已满，页面将改为定时刷新',
    en: 'Too many viewers from this network address; the feed can still be read by asking for it',
  },
  'OPENING.HALL_NOT_OPEN': {
    status: 409,
    zh: '投标截止前不得签到：投标人的名称和数量保密',
    en: 'Bidders sign in from the deadline on: who bids, and how many, is secret until then',
  },
  'OPENING.NOT_A_PARTY': {
    status: 403,
    zh: '贵单位不是本标段的当事人',
    en: 'This organisation is no party of the lot',
  },
  'OPENING.ATTENDANCE_QUOTA': {
    status: 429,
    zh: '签到单位数量已达上限',
    en: 'No more organisations can sign in to this hall',
  },
  'OPENING.NOT_YOUR_LOT': {
    status: 403,
    zh: '不是本标段的招标代理机构',
    en: 'Only the agency of this lot may do this',
  },
  'OPENING.NOT_RECORDED': { status: 409, zh: '开标尚未结束', en: 'The opening is not finished' },
  'OPENING.RECORD_SIGNATURE': {
    status: 422,
    zh: '开标记录签名无效或记录已变化',
    en: 'The signature does not hold for the record as it stands',
  },
  'OPENING.DESTRUCTION_SIGNATURE': {
    status: 422,
    zh: '密钥销毁声明签名无效',
    en: 'The statement of destruction is not signed by the seat’s certificate',
  },
  'OPENING.DESTRUCTION_OTHER': {
    status: 422,
    zh: '密钥销毁声明与本标段开标记录不符',
    en: 'The statement names another lot, key or opening record',
  },
  'OPENING.DESTRUCTION_DIFFERS': {
    status: 409,
    zh: '该席位已提交另一份密钥销毁声明',
    en: 'This seat has filed another statement of destruction',
  },
});
