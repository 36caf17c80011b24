import { HttpException } from '@nestjs/common';
import { RefusalError, StorageUnavailableError } from '#kernel';
import type { Fact, Refusal } from '#kernel';
import { DataRefusedError, UniqueViolationError } from '#persistence';
import { problemOf } from './problems.ts';
import type { WebRefusalCode } from './web.problems.ts';

/** RFC 9457, with a stable code, the title in both languages and the facts behind the refusal. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly titleEn: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** What the operator should do about it: nothing, look when there is time, look now. */
export type Severity = 'expected' | 'unavailable' | 'fault';

const SERVER_SIDE = {
  'PLATFORM.UNAVAILABLE': {
    status: 503,
    zh: '服务暂时不可用，请稍后重试',
    en: 'Not available now; send it again later',
  },
  'PLATFORM.INTERNAL': { status: 500, zh: '内部错误', en: 'Internal error' },
} as const;

/** Body-parser's `type` of error (its documented interface), told in our codes. */
const BODY_ERRORS: Readonly<Record<string, WebRefusalCode>> = {
  'entity.parse.failed': 'WEB.BODY_MALFORMED',
  'entity.verify.failed': 'WEB.VALUE_REFUSED',
  'entity.too.large': 'WEB.BODY_TOO_LARGE',
  'request.aborted': 'WEB.BODY_INCOMPLETE',
  'request.size.invalid': 'WEB.BODY_INCOMPLETE',
  'encoding.unsupported': 'WEB.CONTENT_TYPE',
  'charset.unsupported': 'WEB.CONTENT_TYPE',
  'parameters.too.many': 'WEB.BODY_TOO_LARGE',
};

const BY_STATUS: Readonly<Record<number, WebRefusalCode>> = {
  401: 'WEB.UNAUTHENTICATED',
  403: 'WEB.FORBIDDEN',
  404: 'WEB.NOT_FOUND',
  409: 'WEB.CONFLICT',
  413: 'WEB.BODY_TOO_LARGE',
  415: 'WEB.CONTENT_TYPE',
  429: 'WEB.TOO_MANY_REQUESTS',
};

const web = (code: WebRefusalCode): Refusal => ({ code, facts: {} });

/** The refusal that an error stands for; null when it is no refusal. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof RefusalError) return error.refusal;
  if (error instanceof UniqueViolationError) return web('WEB.CONFLICT');
  if (error instanceof DataRefusedError) return web('WEB.VALUE_REFUSED');
  const { type, code, status } = error as { type?: unknown; code?: unknown; status?: unknown };
  if (typeof type === 'string' && BODY_ERRORS[type]) return web(BODY_ERRORS[type]);
  // The client went away, or sent fewer bytes than it announced.
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return web('WEB.BODY_INCOMPLETE');
  const http = error instanceof HttpException ? error.getStatus() : status;
  if (typeof http === 'number' && http >= 400 && http < 500) return web(BY_STATUS[http] ?? 'WEB.BAD_REQUEST');
  return null;
}

/** The problem document of any error: a refusal's own, 503 for what is away, 500 (with no word of why) for the rest. */
export function problemFor(error: unknown, requestId: string): { problem: Problem; severity: Severity } {
  const refusal = typeof error === 'object' && error !== null ? refusalOf(error) : null;
  const definition = refusal && problemOf(refusal.code);
  if (refusal && definition) {
    const { code, facts } = refusal;
    return { problem: document(code, definition, facts, requestId), severity: 'expected' };
  }
  if (error instanceof StorageUnavailableError) {
    const facts = { part: error.part };
    const code = 'PLATFORM.UNAVAILABLE';
    return { problem: document(code, SERVER_SIDE[code], facts, requestId), severity: 'unavailable' };
  }
  const code = 'PLATFORM.INTERNAL';
  return { problem: document(code, SERVER_SIDE[code], {}, requestId), severity: 'fault' };
}

function document(
  code: string,
  definition: { status: number; zh: string; en: string },
  facts: Readonly<Record<string, Fact>>,
  requestId: string,
): Problem {
  const told = Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}`);
  return {
    type: `urn:glasshall:problem:${code}`,
    title: definition.zh,
    titleEn: definition.en,
    status: definition.status,
    code,
    detail: told.length > 0 ? told.join('; ') : definition.en,
    instance: `urn:uuid:${requestId}`,
    facts,
  };
}
