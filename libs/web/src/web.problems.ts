import { defineProblems } from './problems.ts';

export type WebRefusalCode =
  | 'WEB.UNAUTHENTICATED'
  | 'WEB.FORBIDDEN'
  | 'WEB.NOT_FOUND'
  | 'WEB.VALIDATION'
  | 'WEB.CURSOR_INVALID'
  | 'WEB.BODY_MALFORMED'
  | 'WEB.BODY_TOO_LARGE'
  | 'WEB.BODY_INCOMPLETE'
  | 'WEB.CONTENT_TYPE'
  | 'WEB.VALUE_REFUSED'
  | 'WEB.CONFLICT'
  | 'WEB.TOO_MANY_REQUESTS'
  | 'WEB.BAD_REQUEST';

defineProblems<WebRefusalCode>({
  'WEB.UNAUTHENTICATED': { status: 401, zh: '未登录或会话已失效', en: 'No valid session' },
  'WEB.FORBIDDEN': { status: 403, zh: '没有此项权限', en: 'This session may not do that' },
  'WEB.NOT_FOUND': { status: 404, zh: '没有此项内容', en: 'There is nothing here' },
  'WEB.VALIDATION': { status: 400, zh: '字段不符合要求', en: 'Some fields are not as required' },
  'WEB.CURSOR_INVALID': { status: 400, zh: '分页游标无效', en: 'The cursor is not one that a page gave' },
  'WEB.BODY_MALFORMED': { status: 400, zh: '请求正文无法解析', en: 'The body cannot be read' },
  'WEB.BODY_TOO_LARGE': { status: 413, zh: '请求正文过大', en: 'The body is too large' },
  'WEB.BODY_INCOMPLETE': { status: 400, zh: '请求正文不完整', en: 'The body ended early' },
  'WEB.CONTENT_TYPE': { status: 415, zh: '不支持的内容类型', en: 'This content type is not taken here' },
  'WEB.VALUE_REFUSED': { status: 400, zh: '含有无法保存的值', en: 'A value cannot be stored' },
  'WEB.CONFLICT': { status: 409, zh: '与已有记录冲突', en: 'It conflicts with what is there already' },
  'WEB.TOO_MANY_REQUESTS': { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  'WEB.BAD_REQUEST': { status: 400, zh: '请求有误', en: 'The request is wrong' },
});
