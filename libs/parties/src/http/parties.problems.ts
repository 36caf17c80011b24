import { defineProblems } from '#web';
import type { PartyCode } from '../domain/refusals.ts';

defineProblems<PartyCode>({
  'PARTIES.LOGIN_EXPIRED': { status: 401, zh: '登录质询已过期', en: 'The sign-in challenge has expired' },
  'PARTIES.LOGIN_UNKNOWN': {
    status: 401,
    zh: '登录质询不存在或已使用',
    en: 'The sign-in challenge is unknown or was used already',
  },
  'PARTIES.LOGIN_WRONG_ORIGIN': {
    status: 401,
    zh: '登录质询不是本平台签发的',
    en: 'The sign-in challenge is for another server',
  },
  'PARTIES.LOGIN_SIGNATURE': {
    status: 401,
    zh: '登录签名无效',
    en: 'The signature over the sign-in challenge does not hold',
  },
  'PARTIES.CHAIN_MALFORMED': {
    status: 400,
    zh: '证书链格式错误',
    en: 'The certificate chain cannot be read',
  },
  'PARTIES.CERTIFICATE_REFUSED': {
    status: 401,
    zh: '证书不受信任、已过期或已吊销',
    en: 'The certificate is not trusted, not valid now, or revoked',
  },
  'PARTIES.CERTIFICATE_WITHOUT_HOLDER': {
    status: 422,
    zh: '证书主体缺少单位、统一社会信用代码或人员',
    en: 'The certificate does not name organisation, credit code and person',
  },
  'PARTIES.CRL_UNKNOWN': { status: 404, zh: '没有此吊销列表', en: 'There is no such revocation list' },
  'PARTIES.CERTIFICATE_UNKNOWN': { status: 404, zh: '证书未登记', en: 'No such certificate is enrolled' },
  'PARTIES.NOT_ENROLLED': { status: 403, zh: '该证书尚未登记', en: 'This certificate is not enrolled' },
  'PARTIES.ORGANISATION_NAME_DIFFERS': {
    status: 409,
    zh: '单位名称与已登记的不一致',
    en: 'The organisation is enrolled under another name',
  },
  'PARTIES.ORGANISATION_UNKNOWN': { status: 404, zh: '单位未登记', en: 'No such organisation is enrolled' },
  'PARTIES.ROLE_NOT_REQUESTED': {
    status: 409,
    zh: '该单位未申请此角色',
    en: 'The organisation did not ask for this role',
  },
  'PARTIES.AUTHORITY_MALFORMED': {
    status: 400,
    zh: '不是有效的根证书',
    en: 'This is not the certificate of one authority',
  },
  'PARTIES.AUTHORITY_UNKNOWN': { status: 404, zh: '未信任该根证书', en: 'No such authority is trusted' },
  'PARTIES.AUTHORITY_DEVELOPMENT': {
    status: 409,
    zh: '正式环境不得信任开发用证书机构',
    en: 'A development authority is trusted in demonstration mode only',
  },
  'PARTIES.CRL_MALFORMED': {
    status: 400,
    zh: '证书吊销列表无法使用',
    en: 'The revocation list cannot be used',
  },
  'PARTIES.CRL_UNTRUSTED': {
    status: 409,
    zh: '吊销列表不是受信任机构签发的',
    en: 'The revocation list is not signed by a trusted authority',
  },
  'PARTIES.CRL_OLDER': {
    status: 409,
    zh: '吊销列表比现有的旧',
    en: 'The revocation list is older than the one in use',
  },
  'PARTIES.OPERATOR_EXISTS': { status: 409, zh: '运营机构已存在', en: 'There is an operator already' },
});
