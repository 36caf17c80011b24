import { defineProblems } from '#web';
import type { TenderCode } from '../domain/refusals.ts';

defineProblems<TenderCode>({
  'TENDERING.PROJECT_UNKNOWN': { status: 404, zh: '项目不存在', en: 'No such project' },
  'TENDERING.LOT_UNKNOWN': { status: 404, zh: '标段不存在', en: 'No such lot' },
  'TENDERING.DOCUMENT_UNKNOWN': { status: 404, zh: '文件不存在', en: 'No such document' },
  'TENDERING.PARTY_UNKNOWN': { status: 422, zh: '单位未登记', en: 'The organisation is not enrolled' },
  'TENDERING.PARTY_ROLE': {
    status: 422,
    zh: '单位不具备所需角色',
    en: 'The organisation was not granted the role that this needs',
  },
  'TENDERING.NOT_YOURS': {
    status: 403,
    zh: '无权对该标段进行此操作',
    en: 'This is not yours to do on this lot',
  },
  'TENDERING.TIME_MALFORMED': { status: 400, zh: '时间格式错误', en: 'A time is not in the form of records' },
  'TENDERING.RECORD_MALFORMED': { status: 400, zh: '记录格式错误', en: 'The record does not fit its schema' },
  'TENDERING.ACCELERATION_REFUSED': {
    status: 422,
    zh: '仅演示环境可加速时间',
    en: 'Only a demonstration may accelerate time',
  },
  'TENDERING.DOCUMENT_NAME': { status: 400, zh: '文件名无效', en: 'The document name cannot be used' },
  'TENDERING.DOCUMENT_TOO_LARGE': { status: 413, zh: '文件过大', en: 'The document is too large' },
  'TENDERING.DOCUMENT_EMPTY': { status: 400, zh: '文件为空', en: 'The document is empty' },
  'TENDERING.DOCUMENT_LIMIT': { status: 409, zh: '文件数量超限', en: 'The notice names too many documents' },
  'TENDERING.WRONG_STATE': {
    status: 409,
    zh: '标段当前状态不允许此操作',
    en: 'The lot does not take this step in its state',
  },
  'TENDERING.CONFLICT': {
    status: 409,
    zh: '标段同时被他人更改，请重试',
    en: 'The lot was changed meanwhile; look again',
  },
  'TENDERING.DEADLINE_PASSED': { status: 409, zh: '投标截止时间已过', en: 'The deadline has passed' },
  'TENDERING.DEADLINE_NOT_REACHED': {
    status: 409,
    zh: '投标截止时间未到',
    en: 'The deadline has not been reached',
  },
  'TENDERING.DEADLINE_EARLIER': {
    status: 409,
    zh: '截止时间只能推迟',
    en: 'A deadline can only move to a later time',
  },
  'TENDERING.DEADLINE_STALE': {
    status: 409,
    zh: '截止时间变更与现行截止时间不符',
    en: 'The change does not name the deadline, key or sequence that holds now',
  },
  'TENDERING.DEADLINE_NEEDS_REGULATOR': {
    status: 409,
    zh: '标段密钥形成后，截止时间须经监督部门共同签署方可变更',
    en: 'With the lot key made, only a change signed with the regulator moves the deadline',
  },
  'TENDERING.DEADLINE_SIGNERS': {
    status: 422,
    zh: '截止时间变更须由招标人或代理机构与监督部门共同签署',
    en: 'A deadline change is signed by tenderee or agency, and by the regulator',
  },
  'TENDERING.NO_DOCUMENTS': { status: 409, zh: '公告没有招标文件', en: 'The notice has no documents' },
  'TENDERING.DOCUMENT_ACCESS_TOO_SHORT': {
    status: 422,
    zh: '招标文件发售期不得少于5日',
    en: 'Documents must be available for at least 5 days',
  },
  'TENDERING.BID_PERIOD_TOO_SHORT': {
    status: 422,
    zh: '自招标文件发出至投标截止不得少于20日',
    en: 'At least 20 days from the documents to the deadline',
  },
  'TENDERING.CHANGE_TOO_LATE': {
    status: 422,
    zh: '澄清或修改应在投标截止15日前发出，否则应顺延截止时间',
    en: 'A change comes at least 15 days before the deadline, or the deadline moves',
  },
  'TENDERING.SUITE_UNAVAILABLE': {
    status: 422,
    zh: '平台没有该密码套件的签名证书',
    en: 'The platform has no certificates of this suite to sign with',
  },
  'TENDERING.NOTICE_KIND': {
    status: 409,
    zh: '首次为公告，其后为澄清或修改',
    en: 'The first version is the notice, every later one a clarification or change',
  },
  'TENDERING.NOTICE_DIFFERS': {
    status: 409,
    zh: '所签公告与平台草稿不一致，请重新生成草稿',
    en: 'What was signed is not what would be drafted now; draft again',
  },
  'TENDERING.NOTICE_STALE': {
    status: 409,
    zh: '公告草稿已过期，请重新生成',
    en: 'The draft is too old; draft again',
  },
  'TENDERING.SIGNATURE_REFUSED': {
    status: 422,
    zh: '签名无效或签名证书不受信任',
    en: 'A signature does not hold, or is not by who must sign',
  },
  'TENDERING.QUESTION_UNKNOWN': { status: 404, zh: '没有这个问题', en: 'No such question' },
  'TENDERING.QUESTION_ANSWERED': {
    status: 409,
    zh: '该问题已经答复，答复不能更改',
    en: 'The question is answered; an answer is never changed',
  },
  'TENDERING.QUESTION_LIMIT': {
    status: 409,
    zh: '本标段的问题数量已达上限',
    en: 'The lot takes no more questions',
  },
  'TENDERING.QUESTIONS_TOO_MANY': {
    status: 429,
    zh: '您提问过于频繁，请稍后再问',
    en: 'You have asked too often; ask again later',
  },
  'TENDERING.QUESTION_NAMES_ASKER': {
    status: 422,
    zh: '问题中出现了本单位的名称或信用代码，请删去：投标截止前不得让人知道谁在提问',
    en: 'The text names your organisation: take it out, nobody may know who asks before the deadline',
  },
  'TENDERING.ANSWER_VERSION': {
    status: 422,
    zh: '答复引用的澄清或修改版本不存在',
    en: 'The answer names a clarification or change that is not published',
  },
  'TENDERING.SEATS_INCOMPLETE': {
    status: 422,
    zh: '密钥受托人席位不完整',
    en: 'The seats of the trustees are not complete',
  },
  'TENDERING.SEATS_CONCENTRATED': {
    status: 422,
    zh: '同一单位席位过多',
    en: 'One organisation holds too many seats',
  },
  'TENDERING.QUORUM_NOT_ALLOWED': {
    status: 422,
    zh: '仅允许五选三或三选二',
    en: 'Only 3 of 5 or 2 of 3 may be declared',
  },
  'TENDERING.SEAT_UNKNOWN': { status: 422, zh: '席位不存在', en: 'There is no such seat' },
  'TENDERING.OFFER_REFUSED': {
    status: 422,
    zh: '受托密钥不被接受',
    en: "The trustee's key is refused",
  },
  'TENDERING.LOTKEY_NOT_ASSEMBLED': {
    status: 409,
    zh: '尚有受托人未提交密钥',
    en: 'Not every trustee has offered a key yet',
  },
  'TENDERING.LOTKEY_REFUSED': {
    status: 409,
    zh: '标段密钥未通过校验',
    en: 'The lot key does not pass its check',
  },
});
